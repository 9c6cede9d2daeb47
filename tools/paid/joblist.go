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
	viewAge     = 2 * time.Second // calls that follow one another share it
	viewTimeout = 5 * time.Second // the request's own answer tells more than a list that does not come
	viewPage    = 100             // the most that LangSmith lists at once
	mostAdded   = 200             // jobs that a view grows by
	fewViews    = 64              // are not worth sweeping
)

// view is what a project's jobs were at one moment. Once published it is never
// changed.
type view struct {
	jobs     []langsmith.Job
	ids      []uuid.UUID // of the jobs
	answers  answers
	complete bool      // they are all that the project had
	date     time.Time // LangSmith's clock; zero where it did not say
	asked    time.Time // this process's clock, monotonic
	received time.Time
	err      error // why there is no list
}

// theirs is a moment by LangSmith's clock, at the earliest; zero where unknown.
func (v *view) theirs(at time.Time) time.Time {
	if v.date.IsZero() {
		return time.Time{}
	}
	return v.date.Add(at.Sub(v.received))
}

// hold takes a job in. The view is not published yet, or a copy of one that is:
// what is written lies behind the end of that one.
func (v *view) hold(job langsmith.Job, now time.Time) {
	v.jobs, v.ids = append(v.jobs, job), append(v.ids, job.ID)
	if theirs := v.theirs(time.Now()); !theirs.IsZero() {
		now = theirs
	}
	v.answers.consider(&v.jobs[len(v.jobs)-1], now)
}

func (v *view) job(id uuid.UUID) (langsmith.Job, bool) {
	at := slices.IndexFunc(v.jobs, func(job langsmith.Job) bool { return job.ID == id })
	if at < 0 {
		return langsmith.Job{}, false
	}
	return v.jobs[at], true
}

// views are the latest lists of every caller's projects, by scope.
type views struct {
	now     func() time.Time // this process's clock, for a list that did not tell LangSmith's
	mu      sync.Mutex
	byScope map[string]*viewSlot
	sweepAt int // how many there may be before those out of use are dropped
}

type viewSlot struct {
	latest *view
	fetch  *fetch
	added  []addedJob // lately, for a list that was asked for before
}

type addedJob struct {
	langsmith.Job
	at time.Time
}

type fetch struct {
	done chan struct{}
	view *view
}

// get returns a list that is at most viewAge old, fetching it once for however
// many ask. It never fails: a view says itself why it is empty.
func (v *views) get(ctx context.Context, scope string, call Call) *view {
	v.mu.Lock()
	slot := v.slot(scope)
	if slot.latest != nil && time.Since(slot.latest.asked) < viewAge {
		defer v.mu.Unlock()
		return slot.latest
	}
	running := slot.fetch
	if running == nil {
		running = &fetch{done: make(chan struct{})}
		slot.fetch = running
		// The list serves others too: it does not end with the first who asked.
		go v.fetch(context.WithoutCancel(ctx), slot, running, call)
	}
	v.mu.Unlock()
	select {
	case <-running.done:
		return running.view
	case <-ctx.Done():
		return &view{err: ctx.Err()}
	}
}

func (v *views) fetch(ctx context.Context, slot *viewSlot, running *fetch, call Call) {
	got := v.list(ctx, call)
	v.mu.Lock()
	defer v.mu.Unlock()
	slot.publish(got, v.now())
	slot.fetch = nil
	running.view = got
	close(running.done)
}

// list asks for the first page of a project's jobs.
func (v *views) list(ctx context.Context, call Call) *view {
	ctx, cancel := context.WithTimeout(ctx, viewTimeout)
	defer cancel()
	got := &view{asked: time.Now()}
	page, err := call.LangSmith.ListJobs(ctx, call.Project, uuid.Nil, viewPage, 0)
	got.received = time.Now()
	if err != nil {
		got.err = err
		return got
	}
	got.date, got.complete = page.Date, len(page.Jobs) < viewPage
	for _, job := range page.Jobs {
		got.hold(job, v.now())
	}
	return got
}

// put makes a list the latest that somebody fetched on their own.
func (v *views) put(scope string, got *view) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slot(scope).publish(got, v.now())
}

// publish adds to a list what was started while it was under way; views.mu is
// held.
func (s *viewSlot) publish(got *view, now time.Time) {
	s.added = slices.DeleteFunc(s.added, func(added addedJob) bool {
		_, listed := got.job(added.ID)
		return listed || added.at.Before(got.asked)
	})
	for _, added := range s.added {
		got.hold(added.Job, now)
	}
	s.latest = got
}

// add puts a job into the latest list, so that the next call knows of it.
func (v *views) add(scope string, job langsmith.Job) {
	v.mu.Lock()
	defer v.mu.Unlock()
	slot := v.byScope[scope]
	if slot == nil || len(slot.added) >= mostAdded {
		return
	}
	slot.added = append(slot.added, addedJob{job, time.Now()})
	if slot.latest != nil {
		longer := *slot.latest
		longer.hold(job, v.now())
		slot.latest = &longer
	}
}

// slot returns the slot of a scope and, now and then, drops those out of use;
// views.mu is held.
func (v *views) slot(scope string) *viewSlot {
	if slot := v.byScope[scope]; slot != nil {
		return slot
	}
	if len(v.byScope) >= max(v.sweepAt, fewViews) {
		for other, slot := range v.byScope {
			if slot.fetch == nil && (slot.latest == nil || time.Since(slot.latest.asked) >= viewAge) {
				delete(v.byScope, other)
			}
		}
		v.sweepAt = 2 * len(v.byScope)
	}
	slot := &viewSlot{}
	v.byScope[scope] = slot
	return slot
}
