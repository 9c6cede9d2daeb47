package paid

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// The bounds of the list that precedes a paid request.
const (
	listAge     = 2 * time.Second // calls that follow one another share it
	listTimeout = 5 * time.Second // the request's own answer tells more than a list that does not come
	listPage    = 100             // the most that LangSmith lists at once
	maxAdded    = 200             // jobs that a list grows by
	fewLists    = 64              // are not worth sweeping
)

// jobList is what a project's jobs were at one moment. Once published it is
// never changed.
type jobList struct {
	jobs     []langsmith.Job
	rows     int       // of the first page, those that cannot be read included
	whole    bool      // each of them could be read
	complete bool      // they are all that the project had
	since    time.Time // where they are not, the created_at from which on they are; zero where unknown
	date     time.Time // LangSmith's clock; zero where it did not say
	asked    time.Time // this process's clock, monotonic
	received time.Time
	err      error // why there is no list
}

// serverTime is a moment by LangSmith's clock, at the earliest; zero where unknown.
func (l *jobList) serverTime(at time.Time) time.Time {
	if l.date.IsZero() {
		return time.Time{}
	}
	return l.date.Add(at.Sub(l.received))
}

// ids are those of the jobs.
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

// jobLists are the latest lists of every caller's projects, by scope.
type jobLists struct {
	mu      sync.Mutex
	byScope map[string]*jobListSlot
	sweepAt int // how many there may be before those out of use are dropped
}

type jobListSlot struct {
	latest *jobList
	fetch  *fetch
	added  []addedJob // lately, for a list that was asked for before
}

type addedJob struct {
	langsmith.Job
	at time.Time
}

type fetch struct {
	done chan struct{}
	list *jobList
}

// get returns a list that is at most listAge old, fetching it once for however
// many ask. It never fails: a list says itself why it is empty.
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
		// The list serves others too: it does not end with the first who asked.
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

// list asks for the first page of a project's jobs.
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
	got.whole = page.Rows == len(page.Jobs) // and so not null, which is no list of none
	got.complete = got.whole && page.Rows < listPage
	if got.whole && !got.complete && isNewestFirst(page.Jobs) {
		got.since = page.Jobs[len(page.Jobs)-1].CreatedAt.Time
	}
	return got
}

// put makes a list the latest that somebody fetched on their own.
func (l *jobLists) put(scope string, got *jobList) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slot(scope).publish(got)
}

// publish makes a list the latest, with what was started while it was asked for;
// jobLists.mu is held.
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

// add puts a job into the latest list, so that the next call knows of it.
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
		longer.jobs = append(longer.jobs, job) // the latest alone grows, so that no other list sees it
		slot.latest = &longer
	}
}

// slot returns the slot of a scope and, now and then, drops those out of use;
// its mu is held.
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
