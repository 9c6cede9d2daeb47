package watch

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// Looks share the polls of a job, which is polled between them, but not after the last.
func TestLooksShareAPoller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(runningBody(time.Now().Add(-5 * time.Minute)))
		w := New()
		defer w.Close()
		for range 10 {
			var group sync.WaitGroup
			for range 100 {
				group.Go(func() {
					state, err := w.Look(t.Context(), request(up.client("key"), 0))
					if err != nil || state.End != TimedOut || state.Report.Status != "running" {
						t.Errorf("got %+v, %v", state, err)
					}
				})
			}
			group.Wait()
			time.Sleep(5*time.Second + time.Millisecond)
		}
		if got := len(up.requests()); got != 6 { // at once and every 10 s
			t.Errorf("looks during 50 s took %d requests", got)
		}
		time.Sleep(10*time.Minute + leaseMargin)
		synctest.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		if got := len(up.requests()); got != 7 || len(w.pollers) != 0 {
			t.Errorf("after the last look: %d requests, %d pollers", got, len(w.pollers))
		}
	})
}

// The end of a job is kept for looks until the next one is overdue. A wait reads it again.
func TestLookAtEndedJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		created := time.Now()
		up := newUpstream(func(int) (int, string) { return 200, jobBody("success", created) })
		w := New()
		defer w.Close()
		for range 5 {
			if state, err := w.Look(t.Context(), request(up.client("key"), 0)); err != nil || state.End != Done {
				t.Errorf("got %+v, %v", state, err)
			}
		}
		if got := len(up.requests()); got != 1 {
			t.Errorf("five looks took %d requests", got)
		}
		if _, err := w.Wait(t.Context(), request(up.client("key"), time.Minute)); err != nil || len(up.requests()) != 2 {
			t.Errorf("a wait after them: %v, %d requests", err, len(up.requests()))
		}
	})
}

// A failed poll is part of the state; a refusal is an error.
func TestLookWhileLangSmithFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(func(int) (int, string) {
			if time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) < time.Hour {
				return http.StatusInternalServerError, `{"detail":"internal"}`
			}
			return http.StatusForbidden, `{"detail":"Forbidden"}`
		})
		w := New()
		defer w.Close()
		state, err := w.Look(t.Context(), request(up.client("key"), 0))
		if err != nil || state.Report != nil || state.Failed != 1 || state.Err == nil {
			t.Errorf("got %+v, %v", state, err)
		}
		time.Sleep(time.Hour)
		var refused *langsmith.Error
		if _, err = w.Look(t.Context(), request(up.client("key"), 0)); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
			t.Errorf("got %v", err)
		}
	})
}

// A look without a response ends after a time, which is shorter while the server ends.
func TestLookTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		ends bool
		want time.Duration
	}{"no answer": {false, maxLookTime}, "the server ends": {true, lastLook}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(runningBody(time.Now()))
				up.delay = time.Hour
				w := New()
				defer w.Close()
				r, ending := request(up.client("key"), 0), make(chan struct{})
				if r.Ending = ending; c.ends {
					close(ending)
				}
				began := time.Now()
				if state, err := w.Look(t.Context(), r); err != nil || state.Report != nil || time.Since(began) != c.want {
					t.Errorf("after %s got %+v, %v", time.Since(began), state, err)
				}
			})
		})
	}
}
