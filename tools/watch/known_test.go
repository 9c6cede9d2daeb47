package watch

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// A single refusal ends no wait for a job that was seen, or whose start was acknowledged.
func TestWaitForKnownJobContinuesAfterRefusal(t *testing.T) {
	for _, status := range []int{302, 400, 401, 403, 404, 409, 422} {
		for name, refused := range map[string]int{"before the first state": 1, "after a state": 2} {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					created := time.Now()
					up := newUpstream(func(asked int) (int, string) {
						switch {
						case asked == refused:
							return status, `{"detail":"no"}`
						case asked > 5:
							return http.StatusOK, jobBody("success", created)
						}
						return http.StatusOK, jobBody("running", created)
					})
					w, client := New(), up.client("key")
					if refused == 1 {
						w.RecordStarted(client, project, job)
					}
					state, err := w.Wait(t.Context(), request(client, time.Minute))
					if err != nil || state.End != Done || len(up.requests()) != 6 {
						t.Errorf("after %d requests: %+v, %v", len(up.requests()), state, err)
					}
				})
			})
		}
	}
}

// refusedAfterFirst returns a running job at the first request, and 404 at any other.
func refusedAfterFirst(asked int) (int, string) {
	if asked == 1 {
		return http.StatusOK, jobBody("running", time.Now())
	}
	return http.StatusNotFound, `{"detail":"no"}`
}

// Refusals that last are part of the state at the timeout. A later wait is refused at once,
// unless it follows soon.
func TestRefusalsThatLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, client := New(), newUpstream(refusedAfterFirst).client("key")
		for _, c := range []struct {
			pause, timeout, want time.Duration
			hasState             bool
		}{
			{0, 30 * time.Second, 30 * time.Second, true},
			{time.Second, 5 * time.Second, 5 * time.Second, false},
			{knownTTL, time.Minute, 0, false},
		} {
			time.Sleep(c.pause)
			began := time.Now()
			state, err := w.Wait(t.Context(), request(client, c.timeout))
			var api *langsmith.Error
			if hasState := err == nil && state.End == TimedOut && state.Failed > 0; hasState != c.hasState || !hasState && !errors.As(err, &api) {
				t.Errorf("got %+v, %v", state, err)
			}
			if took := time.Since(began); took != c.want {
				t.Errorf("the wait of %s took %s, want %s", c.timeout, took, c.want)
			}
		}
	})
}

// Looks at a job that stays refused end in the refusal.
func TestLooksAtRefusedJobEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, client := New(), newUpstream(refusedAfterFirst).client("key")
		defer w.Close()
		began := time.Now()
		var err error
		for err == nil && time.Since(began) < 2*maxRefused {
			_, err = w.Look(t.Context(), request(client, 0))
			time.Sleep(2 * time.Second)
		}
		var api *langsmith.Error
		if took := time.Since(began); !errors.As(err, &api) || took < maxRefused || took > maxRefused+time.Minute {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// A job that was deleted here is refused at once.
func TestWaitForDeletedJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(func(int) (int, string) { return http.StatusNotFound, `{"detail":"no"}` })
		w, client := New(), up.client("key")
		w.RecordStarted(client, project, job)
		w.RecordDeleted(client, project, job)
		_, err := w.Wait(t.Context(), request(client, time.Minute))
		if err == nil || time.Since(up.began) != 0 {
			t.Errorf("after %s: %v", time.Since(up.began), err)
		}
	})
}
