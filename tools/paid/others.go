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

// others returns the unfinished jobs and the recent reports but one, the newest
// first. now is this process's clock, for a list that did not tell LangSmith's.
func (v *view) others(except uuid.UUID, now time.Time) []langsmith.Job {
	if theirs := v.theirs(time.Now()); !theirs.IsZero() {
		now = theirs
	}
	var newest [MostOthers]*langsmith.Job
	held := 0
	for i := len(v.jobs) - 1; i >= 0; i-- { // from the jobs that were added
		job := &v.jobs[i]
		recent := job.Status == langsmith.StatusSuccess && now.Sub(job.CreatedAt.Time) < recently
		if job.ID == except || !recent && job.Status.Done() {
			continue
		}
		at := held
		for at > 0 && job.CreatedAt.After(newest[at-1].CreatedAt.Time) {
			at--
		}
		if at < MostOthers {
			held = min(held+1, MostOthers)
			copy(newest[at+1:held], newest[at:])
			newest[at] = job
		}
	}
	if held == 0 {
		return nil
	}
	found := make([]langsmith.Job, held)
	for i, job := range newest[:held] {
		found[i] = *job
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
