package langsmith_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// maxInWindow returns the largest number of requests in any window of a length.
func maxInWindow(sent []request, window time.Duration) int {
	most := 0
	for i := range sent {
		n := 0
		for _, later := range sent[i:] {
			if later.at.Sub(sent[i].at) < window {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func TestPacing(t *testing.T) {
	queryRuns := func(ctx context.Context, c *langsmith.Client) error {
		return discard(c.ListRunsByID(ctx, project, []uuid.UUID{other}))
	}
	getRun := func(ctx context.Context, c *langsmith.Client) error { return discard(c.GetRun(ctx, project, other)) }
	list := func(ctx context.Context, c *langsmith.Client) error { return discard(c.ListWorkspaces(ctx)) }
	for name, c := range map[string]struct {
		call     func(context.Context, *langsmith.Client) error
		answer   string
		endpoint string
		calls    int
		limit    int
		window   time.Duration
		atOnce   bool // whether no request is delayed
	}{
		"runs/query": {queryRuns, `{"items":[]}`, "", 30, 15, 10 * time.Second, false},
		"one run":    {getRun, `{"id":"33333333-3333-4333-8333-333333333333"}`, "", 22, 30, time.Minute, false},
		"one run, self-hosted": {getRun, `{"id":"33333333-3333-4333-8333-333333333333"}`, "https://smith.example.com/api",
			22, 30, time.Minute, false},
		"any request":              {list, `[]`, "https://eu.api.smith.langchain.com", 1900, 1000, 10 * time.Second, false},
		"any request, self-hosted": {list, `[]`, "https://smith.example.com/api", 3000, 3000, 10 * time.Second, true},
		"one list":                 {list, `[]`, "", 100, 100, 10 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				langSmith := newUpstream(newReply(http.StatusOK, c.answer))
				caller := langsmith.New(langsmith.Options{
					Endpoint: endpoint(t, c.endpoint), Credentials: langsmith.Credentials{APIKey: key}, Transport: langSmith,
				})
				began := time.Now()
				var calls sync.WaitGroup
				for range c.calls {
					calls.Go(func() {
						if err := c.call(t.Context(), caller); err != nil {
							t.Error(err)
						}
					})
				}
				calls.Wait()
				sent := langSmith.requests()
				if len(sent) != c.calls {
					t.Errorf("%d requests, want %d", len(sent), c.calls)
				}
				if n := maxInWindow(sent, c.window); n > c.limit {
					t.Errorf("%d requests in %s, want at most %d", n, c.window, c.limit)
				}
				if took := time.Since(began); (took == 0) != c.atOnce {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// discard discards a method's result.
func discard[T any](_ T, err error) error { return err }

// If the wait for the rate limit would be too long, the error has the wait, and nothing is
// sent.
func TestRateLimitWaitTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		langSmith := newUpstream(newReply(http.StatusOK, `{"summary_prompt":"{{run.inputs}}"}`))
		caller := client(langSmith)
		generate := func(ctx context.Context) error {
			return discard(caller.GenerateConfig(ctx, project, &langsmith.GenerateConfigRequest{}))
		}
		for range 15 {
			if err := generate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		for range 3 { // refused calls do not use up the limit
			failed := failure(t, generate(t.Context()))
			if failed.Ambiguous() || failed.Status != 0 || failed.RetryAfter != 4*time.Minute {
				t.Errorf("%v: ambiguous %t, retry after %s", failed, failed.Ambiguous(), failed.RetryAfter)
			}
		}
		if n := len(langSmith.requests()); n != 15 || time.Since(began) != 0 {
			t.Errorf("%d requests after %s", n, time.Since(began))
		}
		time.Sleep(4 * time.Minute)
		if err := generate(t.Context()); err != nil {
			t.Errorf("four minutes later: %v", err)
		}
	})
}

func TestRateLimitAndDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		langSmith := newUpstream(newReply(http.StatusOK, `{"items":[]}`))
		caller := client(langSmith)
		query := func(ctx context.Context) error {
			return discard(caller.ListRunsByID(ctx, project, []uuid.UUID{other}))
		}
		for range 7 {
			if err := query(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if failed := failure(t, query(short)); failed.Ambiguous() || failed.RetryAfter < time.Second || short.Err() != nil {
			t.Errorf("a wait beyond the deadline: %v, retry after %s", failed, failed.RetryAfter)
		}
		left, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		if err := query(left); !errors.Is(err, context.Canceled) || failure(t, err).Ambiguous() {
			t.Errorf("cancelled during the wait: %v", err)
		}
		if err := query(left); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before the call: %v", err)
		}
		if n := len(langSmith.requests()); n != 7 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestRunsByIDBounds(t *testing.T) {
	langSmith := newUpstream(newReply(http.StatusOK, `{"items":[]}`))
	caller := client(langSmith)
	if runs, err := caller.ListRunsByID(t.Context(), project, nil); err != nil || len(runs) != 0 {
		t.Errorf("no ids: %v, %v", runs, err)
	}
	_, err := caller.ListRunsByID(t.Context(), project, make([]uuid.UUID, langsmith.MaxRunsByID+1))
	if failed := failure(t, err); failed.Ambiguous() {
		t.Errorf("too many ids: %v", failed)
	}
	if n := len(langSmith.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
