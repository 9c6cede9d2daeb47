package paid

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

const maxPages = 10 // of a project's jobs

// errPartialList is returned for a list that does not show that a job is missing.
var errPartialList = errors.New("the list of jobs is not complete: some cannot be read, or some that it had before are missing")

// listAgain replaces the list that the call has by one of this moment.
func (f *inFlight) listAgain() {
	f.jobs = f.ledger.jobLists.list(f.ctx, f.call)
	f.ledger.jobLists.put(f.call.slot.Scope, f.jobs)
}

// listAll returns the project's jobs: the list that the call has already, and
// the pages after it.
func (f *inFlight) listAll() ([]langsmith.Job, error) {
	if f.jobs.err != nil {
		return nil, f.jobs.err
	}
	ctx, cancel := context.WithTimeout(f.ctx, searchTimeout)
	defer cancel()
	jobs, _, err := f.listFurther(ctx, f.jobs, time.Time{})
	return jobs, err
}

// listFurther returns the jobs of a first page and of those after it, as far as
// they can hold a job that is recent enough, and whether those are all of the
// project. LangSmith's order is not documented. Where it fails, it returns some of them.
func (f *inFlight) listFurther(ctx context.Context, first *jobList, from time.Time) (jobs []langsmith.Job, all bool, err error) {
	jobs, page, rows, whole := slices.Clone(first.jobs), first.jobs, first.rows, first.whole
	for pages := 1; rows >= listPage && pages < maxPages; pages++ {
		if len(page) > 0 && isNewestFirst(page) && page[len(page)-1].CreatedAt.Before(from) {
			break
		}
		next, err := f.call.LangSmith.ListJobs(ctx, f.call.Project, uuid.Nil, listPage, pages*listPage)
		if err != nil {
			return jobs, false, err
		}
		page, rows = next.Jobs, next.Rows
		whole = whole && rows == len(page) // null, which is -1 rows, is no end
		for _, job := range page {         // a job made in between moves the others on
			if !slices.ContainsFunc(jobs, func(have langsmith.Job) bool { return have.ID == job.ID }) {
				jobs = append(jobs, job)
			}
		}
	}
	if !whole {
		return jobs, false, errPartialList
	}
	return jobs, rows < listPage, nil
}
