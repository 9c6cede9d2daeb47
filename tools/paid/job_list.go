package paid

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// The bounds of the list that precedes a paid request.
const (
	listAge     = 2 * time.Second // calls within this time share it
	listTimeout = 5 * time.Second // a missing list does not delay the request for longer
	listPage    = 100             // LangSmith's largest page
	maxAdded    = 200             // the most jobs that are added to a list
	fewLists    = 64              // fewer lists are not cleaned up
)

// jobList is the list of a project's jobs at one moment. It is not changed after it is
// published.
type jobList struct {
	jobs     []langsmith.Job
	rows     int       // of the first page, unreadable ones included
	whole    bool      // all of them could be read
	complete bool      // they are all jobs of the project
	since    time.Time // if it is not complete: it has all jobs created since then; zero if unknown
	date     time.Time // by LangSmith's clock; zero if unknown
	asked    time.Time // when it was requested, by this process's monotonic clock
	received time.Time
	err      error // why there is no list
}

// serverTime returns the earliest time that a moment can have by LangSmith's clock; zero
// if unknown.
func (l *jobList) serverTime(at time.Time) time.Time {
	if l.date.IsZero() {
		return time.Time{}
	}
	return l.date.Add(at.Sub(l.received))
}

// ids returns the ids of the jobs.
func (l *jobList) ids() []uuid.UUID {
	ids := make([]uuid.UUID, len(l.jobs))
	for i := range l.jobs {
		ids[i] = l.jobs[i].ID
	}
	return ids
}

func isNewestFirst(jobs []langsmith.Job) bool {
	return slices.IsSortedFunc(jobs, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
}

func (l *jobList) job(id uuid.UUID) (langsmith.Job, bool) {
	at := slices.IndexFunc(l.jobs, func(job langsmith.Job) bool { return job.ID == id })
	if at < 0 {
		return langsmith.Job{}, false
	}
	return l.jobs[at], true
}

// jobLists has the latest list of the jobs of each caller's projects, by scope. It is not a
// ttlcache: a job that this process starts or deletes changes the list, also one that is
// being requested, so that the next call does not miss the job ("equal calls start no second
// job"), and all calls of a moment share one request.
type jobLists struct {
	mu      sync.Mutex
	byScope map[string]*jobListSlot
	sweepAt int // the number of lists at which unused ones are removed
}

type jobListSlot struct {
	latest *jobList
	fetch  *fetch
	added  []addedJob // recently added jobs, for a list that was requested before
}

type addedJob struct {
	langsmith.Job
	at time.Time
}

type fetch struct {
	done chan struct{}
	list *jobList
}

// get returns a list that is at most listAge old. Concurrent calls share one request. It
// never fails: the list has its error.
func (l *jobLists) get(ctx context.Context, call *Call) *jobList {
	l.mu.Lock()
	slot := l.slot(call.slot.Scope)
	if slot.latest != nil && time.Since(slot.latest.asked) < listAge {
		defer l.mu.Unlock()
		return slot.latest
	}
	running := slot.fetch
	if running == nil {
		running = &fetch{done: make(chan struct{})}
		slot.fetch = running
		// Other calls use the list too, so the first caller does not end it.
		go l.fetch(context.WithoutCancel(ctx), slot, running, call)
	}
	l.mu.Unlock()
	select {
	case <-running.done:
		return running.list
	case <-ctx.Done():
		return &jobList{err: ctx.Err()}
	}
}

func (l *jobLists) fetch(ctx context.Context, slot *jobListSlot, running *fetch, call *Call) {
	got := l.list(ctx, call)
	l.mu.Lock()
	defer l.mu.Unlock()
	slot.publish(got)
	slot.fetch = nil
	running.list = got
	close(running.done)
}

// list requests the first page of a project's jobs.
func (l *jobLists) list(ctx context.Context, call *Call) *jobList {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	got := &jobList{asked: time.Now()}
	page, err := call.LangSmith.ListJobs(ctx, call.Project, uuid.Nil, listPage, 0)
	got.received = time.Now()
	if err != nil {
		got.err = err
		return got
	}
	got.jobs, got.rows, got.date = page.Jobs, page.Rows, page.Date
	got.whole = page.Rows == len(page.Jobs) // so it is not null, which is not an empty list
	got.complete = got.whole && page.Rows < listPage
	if got.whole && !got.complete && isNewestFirst(page.Jobs) {
		got.since = page.Jobs[len(page.Jobs)-1].CreatedAt.Time
	}
	return got
}

// put makes a list that a call has requested for itself the latest.
func (l *jobLists) put(scope string, got *jobList) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slot(scope).publish(got)
}

// publish makes a list the latest, and adds the jobs that were started while it was
// requested. jobLists.mu is held.
func (s *jobListSlot) publish(got *jobList) {
	s.added = slices.DeleteFunc(s.added, func(added addedJob) bool {
		_, listed := got.job(added.ID)
		return listed || added.at.Before(got.asked)
	})
	for _, added := range s.added {
		got.jobs = append(got.jobs, added.Job)
	}
	s.latest = got
}

// add adds a job to the latest list, so that the next call finds it.
func (l *jobLists) add(scope string, job langsmith.Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.byScope[scope]
	if slot == nil || len(slot.added) >= maxAdded {
		return
	}
	slot.added = append(slot.added, addedJob{job, time.Now()})
	if slot.latest != nil {
		longer := *slot.latest
		longer.jobs = append(longer.jobs, job) // append only to the latest list, so that no other list shares it
		slot.latest = &longer
	}
}

// expire has the next call request a list: a job of the latest one was deleted.
func (l *jobLists) expire(scope string, deleted uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.byScope[scope]
	if slot == nil {
		return
	}
	slot.latest = nil
	slot.added = slices.DeleteFunc(slot.added, func(added addedJob) bool { return added.ID == deleted })
}

// slot returns the slot of a scope and, now and then, removes unused slots. Its mu is
// held.
func (l *jobLists) slot(scope string) *jobListSlot {
	if slot := l.byScope[scope]; slot != nil {
		return slot
	}
	if len(l.byScope) >= max(l.sweepAt, fewLists) {
		for other, slot := range l.byScope {
			if slot.fetch == nil && (slot.latest == nil || time.Since(slot.latest.asked) >= listAge) {
				delete(l.byScope, other)
			}
		}
		l.sweepAt = 2 * len(l.byScope)
	}
	slot := &jobListSlot{}
	l.byScope[scope] = slot
	return slot
}

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
