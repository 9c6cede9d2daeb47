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

// errPartialList is the error for a list that does not prove that a job is missing.
var errPartialList = errors.New("the list of jobs is incomplete: some cannot be read, or earlier ones are missing")

// listAgain replaces the call's list by a new one.
func (f *inFlight) listAgain() {
	f.jobs = f.ledger.jobLists.list(f.ctx, f.call)
	f.ledger.jobLists.put(f.call.slot.Scope, f.jobs)
}

// listAll returns the project's jobs: the list that the call already has, and the pages
// after it.
func (f *inFlight) listAll() ([]langsmith.Job, error) {
	if f.jobs.err != nil {
		return nil, f.jobs.err
	}
	ctx, cancel := context.WithTimeout(f.ctx, searchTimeout)
	defer cancel()
	jobs, _, err := f.listFurther(ctx, f.jobs, time.Time{})
	return jobs, err
}

// listFurther returns the jobs of a first page and of those after it, as far as they can
// have recent enough jobs, and whether these are all jobs of the project. LangSmith does
// not document the order. With an error it returns a part of them.
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
		whole = whole && rows == len(page) // a null has -1 rows, and does not end the list
		for _, job := range page {         // a new job moves the others to later pages
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
