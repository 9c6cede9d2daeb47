package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"langsmith-insights-mcp/langsmith"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var project, job = uuid.New(), uuid.New()

// upstream is a transport to a LangSmith with one job, in virtual time.
type upstream struct {
	answer func(asked int) (status int, body string)
	delay  time.Duration

	retryAfter string // the header of responses; "" for none

	ahead *time.Duration // of LangSmith's clock, which dates the responses; nil for no date

	earlier []string // the project's earlier jobs in JSON

	mu      sync.Mutex
	lists   int
	at      []time.Duration // the time of each request since the start
	began   time.Time
	aborted int // requests that were canceled before the response
}

func newUpstream(answer func(asked int) (int, string)) *upstream {
	return &upstream{answer: answer, began: time.Now()}
}

func (u *upstream) RoundTrip(request *http.Request) (*http.Response, error) {
	if strings.HasSuffix(request.URL.Path, "/insights") {
		u.mu.Lock()
		u.lists++
		u.mu.Unlock()
		return respond(request, 200, `{"clustering_jobs":[`+strings.Join(u.earlier, ",")+`]}`), nil
	}
	if !strings.HasSuffix(request.URL.Path, job.String()) && u.earlier != nil {
		for _, before := range u.earlier {
			if strings.Contains(before, request.URL.Path[len(request.URL.Path)-36:]) {
				return respond(request, 200, before), nil
			}
		}
	}
	u.mu.Lock()
	u.at = append(u.at, time.Since(u.began))
	asked := len(u.at)
	u.mu.Unlock()
	select {
	case <-time.After(u.delay):
	case <-request.Context().Done():
		u.mu.Lock()
		u.aborted++
		u.mu.Unlock()
		return nil, request.Context().Err()
	}
	status, body := u.answer(asked)
	response := respond(request, status, body)
	if u.retryAfter != "" {
		response.Header.Set("Retry-After", u.retryAfter)
	}
	if u.ahead != nil {
		response.Header.Set("Date", time.Now().Add(*u.ahead).UTC().Format(http.TimeFormat))
	}
	return response, nil
}

func respond(request *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: request}
}

func (u *upstream) requests() []time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]time.Duration(nil), u.at...)
}

func (u *upstream) client(key string) *langsmith.Client {
	return langsmith.New(langsmith.Options{Credentials: langsmith.Credentials{APIKey: langsmith.Secret(key)}, Transport: u})
}

// runningBody returns a running job that was created at a time.
func runningBody(created time.Time) func(int) (int, string) {
	return func(int) (int, string) { return 200, jobBody("running", created) }
}

func jobBody(status string, created time.Time) string {
	return fmt.Sprintf(`{"id":%q,"name":"weekly","status":%q,"created_at":%q,"clusters":[]}`, job, status, created.UTC().Format(time.RFC3339))
}

func request(client *langsmith.Client, timeout time.Duration) Request {
	return Request{LangSmith: client, Project: project, Job: job, Timeout: timeout}
}

// A job is polled at once, every 2 s in the first minute, then every 10 s and up to 30 s.
func TestPollIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		state, err := New().Wait(t.Context(), request(up.client("key"), 20*time.Minute))
		if err != nil || state.End != TimedOut || state.Report.Status != "running" {
			t.Fatalf("got %+v, %v", state, err)
		}
		at := up.requests()
		if at[0] != 0 {
			t.Errorf("the first request came after %s", at[0])
		}
		for i := 1; i < len(at); i++ {
			want := interval(at[i-1])
			if got := at[i] - at[i-1]; got != want {
				t.Errorf("request %d came %s after the one before, want %s", i, got, want)
			}
		}
		if n := len(at); n != 126 {
			t.Errorf("got %d requests in 20 min", n)
		}
	})
}

func TestInterval(t *testing.T) {
	for _, c := range []struct{ age, want time.Duration }{
		{0, 2 * time.Second},
		{59 * time.Second, 2 * time.Second},
		{time.Minute, 10 * time.Second},
		{10 * time.Minute, 10 * time.Second},
		{20 * time.Minute, 20 * time.Second},
		{30 * time.Minute, 30 * time.Second},
		{24 * time.Hour, 30 * time.Second},
	} {
		if got := interval(c.age); got != c.want {
			t.Errorf("interval(%s) = %s, want %s", c.age, got, c.want)
		}
	}
}

// The number of requests does not depend on the number of waiters.
func TestWaitersShareAPoller(t *testing.T) {
	for _, waiters := range []int{1, 50, 500, 1000} {
		t.Run(fmt.Sprint(waiters), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				created := time.Now()
				up := newUpstream(func(asked int) (int, string) {
					if time.Since(created) >= 90*time.Second {
						return 200, jobBody("success", created)
					}
					return 200, jobBody("running", created)
				})
				w := New()
				var group sync.WaitGroup
				for i := range waiters {
					group.Go(func() {
						// The waiters come one after another, each with its own client.
						time.Sleep(time.Duration(i) * 10 * time.Millisecond)
						state, err := w.Wait(t.Context(), request(up.client("key"), 5*time.Minute))
						if err != nil || state.End != Done || state.Report.Status != langsmith.StatusSuccess {
							t.Errorf("waiter %d got %+v, %v", i, state, err)
						}
					})
				}
				group.Wait()
				if got := len(up.requests()); got != 34 {
					t.Errorf("%d waiters took %d requests, want 34", waiters, got)
				}
				if len(w.pollers) != 0 || w.waiting != 0 {
					t.Errorf("left behind: %d pollers, %d waiters", len(w.pollers), w.waiting)
				}
			})
		})
	}
}

// Three replicas share nothing, so they send three requests per interval.
func TestReplicasPollSeparately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		var group sync.WaitGroup
		for range 3 {
			replica := New()
			for range 333 {
				group.Go(func() { _, _ = replica.Wait(t.Context(), request(up.client("key"), 30*time.Second)) })
			}
		}
		group.Wait()
		if got := len(up.requests()); got > 3*16 {
			t.Errorf("got %d requests in 15 intervals", got)
		}
	})
}

// Callers with another credential, workspace, endpoint, project or job have another poller.
func TestDifferentCallersDoNotShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		base := request(up.client("key"), time.Second)
		otherKey, otherProject, otherJob, otherPlace := base, base, base, base
		otherKey.LangSmith = up.client("another key")
		otherProject.Project = uuid.New()
		otherJob.Job = uuid.New()
		endpoint, _ := langsmith.ParseEndpoint("https://eu.api.smith.langchain.com")
		otherPlace.LangSmith = langsmith.New(langsmith.Options{
			Endpoint: endpoint, Credentials: langsmith.Credentials{APIKey: "key"}, Transport: up,
		})
		otherWorkspace := base
		otherWorkspace.LangSmith = langsmith.New(langsmith.Options{
			Credentials: langsmith.Credentials{APIKey: "key", Workspace: uuid.New()}, Transport: up,
		})
		w := New()
		var group sync.WaitGroup
		for _, r := range []Request{base, otherKey, otherProject, otherJob, otherPlace, otherWorkspace} {
			group.Go(func() { _, _ = w.Wait(t.Context(), r) })
		}
		group.Wait()
		if got := len(up.requests()); got != 6 {
			t.Errorf("6 different callers took %d requests", got)
		}
	})
}

func TestZeroLooksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		state, err := New().Wait(t.Context(), request(up.client("key"), 0))
		if err != nil || state.End != TimedOut || state.Report == nil {
			t.Fatalf("got %+v, %v", state, err)
		}
		if got := up.requests(); len(got) != 1 || time.Since(up.began) != 0 {
			t.Errorf("requests at %v, took %s", got, time.Since(up.began))
		}
	})
}

// A look at a polled job takes no request.
func TestLookAtPolledJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		w := New()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = w.Wait(ctx, request(up.client("key"), time.Hour))
		}()
		time.Sleep(61 * time.Second)
		synctest.Wait()
		before := len(up.requests())
		state, err := w.Wait(t.Context(), request(up.client("key"), 0))
		if err != nil || state.Report == nil || len(up.requests()) != before {
			t.Errorf("a look took %d requests: %+v, %v", len(up.requests())-before, state, err)
		}
		cancel()
		<-done
	})
}

func TestWaitContinuesAfterFailedPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		created := time.Now()
		up := newUpstream(func(asked int) (int, string) {
			switch {
			case time.Since(created) < 2*time.Second:
				return 200, jobBody("running", created)
			case time.Since(created) < 3*time.Minute:
				return 500, `{"detail":"no luck"}`
			}
			return 200, jobBody("success", created)
		})
		var failing State
		r := request(up.client("key"), 10*time.Minute)
		r.Progress = func(s State) {
			if s.Err != nil {
				failing = s
			}
		}
		state, err := New().Wait(t.Context(), r)
		if err != nil || state.End != Done || state.Failed != 0 {
			t.Fatalf("got %+v, %v", state, err)
		}
		if failing.Report == nil || failing.Failed < 30 {
			t.Errorf("the progress during the failures was %+v", failing)
		}
	})
}

func TestLastErrorWithoutState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(func(asked int) (int, string) { return 500, fmt.Sprintf(`{"detail":"failure %d"}`, asked) })
		_, err := New().Wait(t.Context(), request(up.client("key"), 25*time.Second))
		var api *langsmith.Error
		if !errors.As(err, &api) || api.Status != 500 || api.Message != fmt.Sprintf("failure %d", len(up.requests())) {
			t.Errorf("after %d requests: %v", len(up.requests()), err)
		}
		if waited := time.Since(up.began); waited != 25*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}

// A wait that ends while the client retries its first poll returns what LangSmith said.
func TestLastErrorDuringRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(func(int) (int, string) { return 429, `{"detail":"Rate limit exceeded"}` })
		up.retryAfter = "3"
		_, err := New().Wait(t.Context(), request(up.client("key"), 6*time.Second))
		var api *langsmith.Error
		if !errors.As(err, &api) || api.Status != 429 || api.Message != "Rate limit exceeded" {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(up.began); waited != 6*time.Second {
			t.Errorf("waited %s", waited)
		}
		if _, err = New().Wait(t.Context(), request(up.client("key"), 0)); !errors.As(err, &api) || len(up.requests()) < 5 {
			t.Errorf("a look after %d requests: %v", len(up.requests()), err)
		}
	})
}

func TestPermanentErrorsEndTheWait(t *testing.T) {
	for _, status := range []int{302, 400, 401, 403, 404, 422} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(func(int) (int, string) { return status, `{"detail":"no"}` })
				w := New()
				_, err := w.Wait(t.Context(), request(up.client("key"), time.Hour))
				var api *langsmith.Error
				if !errors.As(err, &api) || api.Status != status {
					t.Errorf("got %v", err)
				}
				if n := len(up.requests()); n != 1 || time.Since(up.began) != 0 {
					t.Errorf("got %d requests in %s", n, time.Since(up.began))
				}
				synctest.Wait()
				if len(w.pollers) != 0 {
					t.Error("the poller is still there")
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		anonymous := langsmith.New(langsmith.Options{Transport: newUpstream(runningBody(time.Now()))})
		if _, err := New().Wait(t.Context(), request(anonymous, time.Hour)); !errors.Is(err, langsmith.ErrNoCredentials) {
			t.Errorf("without credentials: %v", err)
		}
	})
}

// LangSmith's Retry-After is honoured.
func TestRetryAfter(t *testing.T) {
	if got := (State{Err: &langsmith.Error{Status: 429, RetryAfter: time.Minute}}).retryAfter(); got != time.Minute {
		t.Errorf("RetryAfter = %s", got)
	}
	if isPermanent(&langsmith.Error{Status: 429}) {
		t.Error("429 is permanent")
	}
}

func TestLastWaiterStopsPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		up.delay = 500 * time.Millisecond
		w := New()
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for _, ctx := range []context.Context{first, second} {
			group.Go(func() {
				if _, err := w.Wait(ctx, request(up.client("key"), time.Hour)); !errors.Is(err, context.Canceled) {
					t.Errorf("a cancelled wait ended with %v", err)
				}
			})
		}
		time.Sleep(time.Second)
		leaveFirst()
		time.Sleep(9*time.Second + 100*time.Millisecond) // 10.1 s: the fifth request is in flight
		synctest.Wait()
		if n := len(up.requests()); n != 5 {
			t.Fatalf("the first waiter to leave stopped the polling: %d requests", n)
		}
		leaveSecond()
		group.Wait()
		synctest.Wait()
		if up.aborted != 1 {
			t.Errorf("%d requests in flight were aborted", up.aborted)
		}
		time.Sleep(time.Hour)
		if n := len(up.requests()); n != 5 || len(w.pollers) != 0 {
			t.Errorf("got %d requests after the last waiter left", n-5)
		}
	})
}

func TestServerEndingEndsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		ending := make(chan struct{})
		time.AfterFunc(7*time.Second, func() { close(ending) })
		r := request(up.client("key"), time.Hour)
		r.Ending = ending
		state, err := New().Wait(t.Context(), r)
		if err != nil || state.End != ServerEnding || time.Since(up.began) != 7*time.Second {
			t.Errorf("after %s: %+v, %v", time.Since(up.began), state, err)
		}
	})
}

// A script that pipes its calls closes stdin right after them. The first response is still
// waited for, for a short time.
func TestServerEndingBeforeFirstResponse(t *testing.T) {
	for _, c := range []struct {
		delay time.Duration
		err   error
	}{{300 * time.Millisecond, nil}, {time.Minute / 2, ErrEnding}} {
		synctest.Test(t, func(t *testing.T) {
			up := newUpstream(runningBody(time.Now()))
			up.delay = c.delay
			ending := make(chan struct{})
			close(ending)
			r := request(up.client("key"), time.Hour)
			r.Ending = ending
			state, err := New().Wait(t.Context(), r)
			if !errors.Is(err, c.err) || err == nil && state.End != ServerEnding {
				t.Errorf("got %+v, %v", state, err)
			}
			if took := time.Since(up.began); took > lastLook {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestNoResponseInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		up.delay = 40 * time.Second
		if _, err := New().Wait(t.Context(), request(up.client("key"), 10*time.Second)); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("got %v", err)
		}
		if time.Since(up.began) != 10*time.Second {
			t.Errorf("waited %s", time.Since(up.began))
		}
	})
}

func TestTooManyWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		w := New()
		w.MaxWaiters = 90
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for range 90 {
			group.Go(func() { _, _ = w.Wait(ctx, request(up.client("key"), time.Hour)) })
		}
		synctest.Wait()
		began := time.Now()
		state, err := w.Wait(t.Context(), request(up.client("key"), time.Hour))
		if err != nil || state.End != TooManyWaits || time.Since(began) != 0 {
			t.Errorf("after %s: %+v, %v", time.Since(began), state, err)
		}
		cancel()
		group.Wait()
		// After the others have left, a caller may wait again.
		state, err = w.Wait(t.Context(), request(up.client("key"), 3*time.Second))
		if err != nil || state.End != TimedOut {
			t.Errorf("got %+v, %v", state, err)
		}
	})
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		created := time.Now()
		up := newUpstream(func(int) (int, string) {
			if time.Since(created) >= 3*time.Minute {
				return 200, jobBody("success", created)
			}
			return 200, jobBody("running", created)
		})
		var at []time.Duration
		r := request(up.client("key"), 10*time.Minute)
		r.Progress = func(s State) { at = append(at, time.Since(created)) }
		if _, err := New().Wait(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if at[0] != 0 {
			t.Errorf("first progress after %s", at[0])
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i] - at[i-1]; gap > 2*time.Second {
				t.Errorf("%s between two progress reports", gap)
			}
		}
		if gap := time.Since(created) - at[len(at)-1]; gap > 2*time.Second {
			t.Errorf("no progress for %s before the result", gap)
		}
	})
}

// No progress is reported right before the timeout.
func TestNoProgressBeforeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now()))
		var last time.Time
		r := request(up.client("key"), 18100*time.Millisecond) // a tick would be due 0.1 s before
		r.Progress = func(State) { last = time.Now() }
		_, _ = New().Wait(t.Context(), r)
		if gap := time.Since(last); gap < quietBefore {
			t.Errorf("progress %s before the result", gap)
		}
	})
}

// A job's age is by LangSmith's clock, however far this machine's is off.
func TestAgeByServerClock(t *testing.T) {
	for _, ahead := range []time.Duration{-2 * time.Hour, 0, 2 * time.Hour} {
		for _, age := range []time.Duration{0, 10 * time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(runningBody(time.Now().Add(ahead - age)))
				up.ahead = &ahead
				state, err := New().Wait(t.Context(), request(up.client("key"), 25*time.Second))
				// The date has whole seconds.
				if err != nil || state.Age().Round(time.Second) != age+25*time.Second {
					t.Errorf("ahead by %s, a job of %s has the age %s: %v", ahead, age, state.Age(), err)
				}
				want := 13 // at once and every 2 s
				if age > 0 {
					want = 3 // and every 10 s
				}
				if n := len(up.requests()); n != want {
					t.Errorf("ahead by %s, a job of %s took %d requests, want %d", ahead, age, n, want)
				}
			})
		}
	}
}

// If this machine's clock is behind LangSmith's, a job is at least as old as the polling.
func TestAgeWithClockBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now().Add(time.Hour)))
		_, _ = New().Wait(t.Context(), request(up.client("key"), 605*time.Second))
		if n := len(up.requests()); n != 85 {
			t.Errorf("got %d requests in 10 min", n)
		}
	})
}
