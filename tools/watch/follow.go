package watch

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// follow is the one poll of a job.
type follow struct {
	client       *langsmith.Client // the first waiter's; the others' are its equals
	project, job uuid.UUID
	began        time.Time
	seen         atomic.Pointer[sighting]
	stop         context.CancelFunc
	waiters      int // guarded by the Watcher's mutex
}

// sighting is a state, and what tells of the next.
type sighting struct {
	State
	final   bool          // asking again cannot change it
	changed chan struct{} // closed when there is a newer one
}

func newFollow(r *Request) *follow {
	f := &follow{client: r.LangSmith, project: r.Project, job: r.Job, began: time.Now()}
	f.seen.Store(&sighting{State: State{began: f.began}, changed: make(chan struct{})})
	return f
}

// run asks until the job has ended, asking cannot help, or ctx is done.
func (f *follow) run(ctx context.Context) {
	state := State{began: f.began}
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		report, err := f.client.GetJob(ctx, f.project, f.job)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			state = State{began: f.began, Report: report, AsOf: time.Now()}
		} else {
			state.Err, state.Failed = err, state.Failed+1
		}
		final := err == nil && report.Status.Done() || err != nil && permanent(err)
		close(f.seen.Swap(&sighting{State: state, final: final, changed: make(chan struct{})}).changed)
		if final {
			return
		}
		pause.Reset(max(Interval(state.Age()), state.AskedPause()))
	}
}

// Interval is the pause between two looks at a job of this age: short while it
// may fail at once, then 10 s, and growing to the official clients' 30 s once
// most reports have long ended.
func Interval(age time.Duration) time.Duration {
	if age < time.Minute {
		return 2 * time.Second
	}
	return min(max(age/60, 10*time.Second), 30*time.Second)
}

// permanent reports whether asking again is useless: LangSmith refused the
// question itself, or there is nothing to ask it with.
func permanent(err error) bool {
	var api *langsmith.Error
	if errors.Is(err, langsmith.ErrNoCredentials) {
		return true
	}
	if !errors.As(err, &api) || api.Status < 300 || api.Status >= 500 {
		return false
	}
	switch api.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return true
}
