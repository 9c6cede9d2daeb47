package paid

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// MostOthers is how many of a project's other jobs an outcome mentions.
const MostOthers = 10

// recently is how long ago a report may have been started to still answer the
// question.
const recently = 24 * time.Hour

// answers are the jobs of a view that may answer a question already, the newest
// first and then nil: those unfinished, and the reports that are recent. There
// is one more than anybody is told of, who may have started one of them.
type answers [MostOthers + 1]*langsmith.Job

// consider puts a job in its place.
func (a *answers) consider(job *langsmith.Job, now time.Time) {
	recent := job.Status == langsmith.StatusSuccess && now.Sub(job.CreatedAt.Time) < recently
	if !recent && job.Status.Done() {
		return
	}
	at := len(a)
	for at > 0 && (a[at-1] == nil || !a[at-1].CreatedAt.After(job.CreatedAt.Time)) {
		at--
	}
	if at < len(a) {
		copy(a[at+1:], a[at:])
		a[at] = job
	}
}

// others returns the unfinished jobs and the recent reports but one, the newest
// first.
func (v *view) others(except uuid.UUID) []langsmith.Job {
	if v.answers[0] == nil {
		return nil
	}
	found := make([]langsmith.Job, 0, MostOthers)
	for _, job := range v.answers {
		if job == nil || len(found) == MostOthers {
			break
		}
		if job.ID != except {
			found = append(found, *job)
		}
	}
	return found
}

// unfinished returns the jobs that still go on, the newest first.
func unfinished(jobs []langsmith.Job) []langsmith.Job {
	going := slices.DeleteFunc(slices.Clone(jobs), func(job langsmith.Job) bool { return job.Status.Done() })
	newestFirst(going)
	return going
}

func newestFirst(jobs []langsmith.Job) {
	slices.SortStableFunc(jobs, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
}
