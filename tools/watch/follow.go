package watch

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// follow is the one poll of a job.
type follow struct {
	client       *langsmith.Client // the first waiter's; the others' are its equals
	key          key
	memory       *memory
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

func newFollow(r *Request, k key, m *memory) *follow {
	f := &follow{client: r.LangSmith, key: k, memory: m, project: r.Project, job: r.Job, began: time.Now()}
	f.seen.Store(&sighting{State: State{began: f.began}, changed: make(chan struct{})})
	return f
}

// run asks until the job has ended, asking cannot help, or ctx is done.
func (f *follow) run(ctx context.Context) {
	earlier, known := f.memory.recall(f.key)
	state := State{began: f.began, Earlier: earlier}
	learned := make(chan Earlier, 1)
	var learning sync.WaitGroup
	defer learning.Wait()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case state.Earlier = <-learned:
			f.show(state, false)
			continue
		case <-ctx.Done():
			return
		}
		report, err := f.client.GetJob(ctx, f.project, f.job)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			if !known && state.Report != nil && !report.Status.Done() {
				known = true // or soon: whoever waits for a second look may wait for long
				learning.Go(func() { f.learn(ctx, learned) })
			}
			state.Report, state.AsOf, state.Err, state.Failed = report, time.Now(), nil, 0
		} else {
			state.Err, state.Failed = err, state.Failed+1
		}
		final := err == nil && report.Status.Done() || err != nil && permanent(err)
		f.show(state, final)
		if final {
			f.stop() // what is being learned serves nobody now
			return
		}
		pause.Reset(max(Interval(state.Age()), state.AskedPause()))
	}
}

func (f *follow) show(state State, final bool) {
	close(f.seen.Swap(&sighting{State: state, final: final, changed: make(chan struct{})}).changed)
}

// learn finds out, once an hour and project, how long its reports take.
func (f *follow) learn(ctx context.Context, learned chan<- Earlier) {
	if earlier, ok := learn(ctx, f.client, f.project); ok {
		f.memory.keep(f.key, earlier)
		learned <- earlier
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
	var noToken *langsmith.LoginError
	if errors.Is(err, langsmith.ErrNoCredentials) || errors.As(err, &noToken) {
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
