package paid

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// MaxOthers is the maximum number of a project's other jobs in an outcome.
const MaxOthers = 10

// recentAge is the maximum age of a report that may still answer the question.
const recentAge = 24 * time.Hour

// others returns the jobs, except one, that may already answer a question, newest first:
// the unfinished jobs and the recent reports. now is this process's clock, for a list
// without LangSmith's time.
func (l *jobList) others(except uuid.UUID, now time.Time) []langsmith.Job {
	if server := l.serverTime(time.Now()); !server.IsZero() {
		now = server
	}
	newest := make([]*langsmith.Job, 0, MaxOthers+1)
	for i := range l.jobs {
		job := &l.jobs[i]
		recent := job.Status == langsmith.StatusSuccess && now.Sub(job.CreatedAt.Time) < recentAge
		if job.ID == except || !recent && job.Status.Done() {
			continue
		}
		place, _ := slices.BinarySearchFunc(newest, job.CreatedAt.Time, func(other *langsmith.Job, created time.Time) int {
			if other.CreatedAt.Before(created) {
				return 1
			}
			return -1
		})
		if place < MaxOthers {
			newest = slices.Insert(newest, place, job)
			newest = newest[:min(len(newest), MaxOthers)]
		}
	}
	others := make([]langsmith.Job, len(newest))
	for i, job := range newest {
		others[i] = *job
	}
	return others
}

// filterUnfinished returns the unfinished jobs, newest first.
func filterUnfinished(jobs []langsmith.Job) []langsmith.Job {
	going := slices.DeleteFunc(slices.Clone(jobs), func(job langsmith.Job) bool { return job.Status.Done() })
	sortNewestFirst(going)
	return going
}

func sortNewestFirst(jobs []langsmith.Job) {
	slices.SortStableFunc(jobs, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
}
