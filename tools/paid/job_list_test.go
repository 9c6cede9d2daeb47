package paid

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

func TestOthersAreNewest(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		listed := &jobList{date: now, received: time.Now()}
		var want []time.Time
		except := uuid.New()
		jobs := r.IntN(40)
		own := r.IntN(40)
		for i := range jobs {
			job := langsmith.Job{ID: uuid.New(), Status: langsmith.Status(pick(r, "running", "success", "error", "queued", "odd"))}
			job.CreatedAt.Time = now.Add(-time.Duration(r.IntN(48*3600)) * time.Second)
			if i == own {
				job.ID = except
			}
			listed.jobs = append(listed.jobs, job)
			old := now.Sub(job.CreatedAt.Time) >= recentAge
			if job.ID != except && job.Status != "error" && !(job.Status == "success" && old) {
				want = append(want, job.CreatedAt.Time)
			}
		}
		slices.SortFunc(want, func(a, b time.Time) int { return b.Compare(a) })
		want = want[:min(len(want), MaxOthers)]
		got := listed.others(except, time.Time{})
		if !slices.EqualFunc(got, want, func(job langsmith.Job, at time.Time) bool { return job.CreatedAt.Equal(at) }) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
