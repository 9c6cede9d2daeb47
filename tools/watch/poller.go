package watch

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
)

// poller polls one job.
type poller struct {
	key    key
	client *langsmith.Client // of the first caller; those of the others have the same key
	times  *reportTimesCache
	known  *knownJobs
	began  time.Time
	latest atomic.Pointer[snapshot]
	stop   context.CancelFunc

	// These are guarded by the Watcher's mutex.
	waiters int
	looked  bool        // whether a caller looks repeatedly, for whom the last state is kept
	lease   *time.Timer // counts as a waiter; nil before the first look
}

// snapshot is the state after a poll.
type snapshot struct {
	State
	final   bool          // whether polling again cannot change it
	changed chan struct{} // closed when there is a newer snapshot
}

func newPoller(r *Request, times *reportTimesCache, known *knownJobs) *poller {
	p := &poller{key: r.key(), client: r.LangSmith, times: times, known: known, began: time.Now()}
	p.latest.Store(&snapshot{State: State{began: p.began}, changed: make(chan struct{})})
	return p
}

// run polls until the job has ended, polling again cannot help, or ctx is done.
func (p *poller) run(ctx context.Context) {
	state, known := State{began: p.began}, false
	exists := p.known.Has(p.key)
	if item := p.times.Get(p.key.ofProject()); item != nil {
		state.ReportTimes, known = item.Value(), true
	}
	fetched := make(chan ReportTimes, 1)
	var fetching sync.WaitGroup
	defer fetching.Wait()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case state.ReportTimes = <-fetched:
			p.publish(state, false)
			continue
		case <-ctx.Done():
			return
		}
		report, err := p.client.GetJob(langsmith.WithRetryObserver(ctx, func(err *langsmith.Error) {
			retrying := state
			retrying.Err, retrying.Failed, retrying.retrying = err, state.Failed+1, true
			p.publish(retrying, false)
		}), p.key.project, p.key.job)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			if !known && state.Report != nil && !report.Status.Done() {
				known = true // soon; they are fetched at the second poll, because a long wait may follow
				fetching.Go(func() { p.fetchReportTimes(ctx, fetched) })
			}
			state.Report, state.AsOf, state.Err, state.Failed = report, time.Now(), nil, 0
			exists = true
			p.known.Set(p.key, struct{}{}, ttlcache.DefaultTTL)
		} else {
			state.Err, state.Failed = err, state.Failed+1
			exists = exists && time.Since(state.lastSeen()) < maxRefused
		}
		final := err == nil && report.Status.Done() || !exists && isPermanent(err)
		p.publish(state, final)
		if final {
			p.stop() // also ends fetchReportTimes
			return
		}
		pause.Reset(state.NextPoll())
	}
}

// finalResult returns the state of a job that has ended, or the permanent error.
func (s *snapshot) finalResult() (State, error) {
	if s.Err != nil {
		return State{}, s.Err
	}
	return s.result(Done)
}

func (p *poller) publish(state State, final bool) {
	close(p.latest.Swap(&snapshot{State: state, final: final, changed: make(chan struct{})}).changed)
}

// fetchReportTimes fetches the times of the project's last reports, and caches them.
func (p *poller) fetchReportTimes(ctx context.Context, fetched chan<- ReportTimes) {
	if times, ok := fetchReportTimes(ctx, p.client, p.key.project); ok {
		p.times.Set(p.key.ofProject(), times, ttlcache.DefaultTTL)
		fetched <- times
	}
}

// interval returns the pause between two polls of a job by its age: short at first, when it
// may fail at once, then 10 s, and growing to the 30 s of the official clients when most jobs
// have ended.
func interval(age time.Duration) time.Duration {
	if age < time.Minute {
		return 2 * time.Second
	}
	return min(max(age/60, 10*time.Second), 30*time.Second)
}

// isPermanent reports whether an error is permanent: LangSmith refused the request, or
// there are no credentials.
func isPermanent(err error) bool {
	var api *langsmith.Error
	var login *langsmith.LoginError
	if errors.Is(err, langsmith.ErrNoCredentials) || errors.As(err, &login) {
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

// knownJobs has the jobs that exist: LangSmith has lately acknowledged their start, or
// returned them. A single 404 or 403 proves nothing about such a job, so that it does not end
// a wait.
type knownJobs = ttlcache.Cache[key, struct{}]

const (
	// knownTTL is how long a new wait for a known job continues after a refusal. A job that
	// was deleted elsewhere, or whose key was revoked, is refused at once after it.
	knownTTL = time.Minute
	maxKnown = 10_000

	// maxRefused is how long LangSmith may refuse a known job until the polling ends: as long
	// as the longest wait, so that it ends only tasks without a timeout.
	maxRefused = 30 * time.Minute
)

func newKnownJobs() *knownJobs {
	return ttlcache.New(
		ttlcache.WithTTL[key, struct{}](knownTTL),
		ttlcache.WithCapacity[key, struct{}](maxKnown),
		ttlcache.WithDisableTouchOnHit[key, struct{}](),
	)
}

// RecordStarted records that LangSmith has acknowledged the start of a job.
func (w *Watcher) RecordStarted(client *langsmith.Client, project, job uuid.UUID) {
	w.known.Set(newKey(client, project, job), struct{}{}, ttlcache.DefaultTTL)
}

// RecordDeleted records that a job was deleted.
func (w *Watcher) RecordDeleted(client *langsmith.Client, project, job uuid.UUID) {
	w.known.Delete(newKey(client, project, job))
}
