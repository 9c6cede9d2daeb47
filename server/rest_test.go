package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
)

func TestMemoryIsGivenBackOnceNobodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mu sync.Mutex
		var released []time.Duration
		r := &rest{release: func() {
			mu.Lock()
			defer mu.Unlock()
			released = append(released, time.Since(began))
		}}
		want := func(what string, times ...time.Duration) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(released, times) {
				t.Fatalf("%s: given back at %v, not at %v", what, released, times)
			}
		}
		time.Sleep(10 * restAfter)
		want("before the first message")

		for range 5 { // at 10.0, 10.7, 11.4, 12.1 and 12.8 times restAfter
			r.disturb()
			time.Sleep(restAfter * 7 / 10)
		}
		want("while messages come")
		time.Sleep(10 * restAfter)
		want("after messages", 14*restAfter)

		r.disturb() // at 23.5
		time.Sleep(10 * restAfter)
		want("after another", 14*restAfter, 24*restAfter+restAfter/2)
	})
}

func TestAMessageWhileMemoryIsGivenBackIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var releases atomic.Int64
		r := &rest{}
		r.release = func() {
			if releases.Add(1) == 1 {
				r.disturb()
			}
		}
		r.disturb()
		time.Sleep(10 * restAfter)
		synctest.Wait()
		if n := releases.Load(); n != 2 {
			t.Errorf("given back %d times, not twice", n)
		}
	})
}

// Over every transport answers come from the server's HandleMessage. What a start
// leaves behind goes back too, and what a call does that takes long.
func TestEveryAnswerDisturbsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := roundTripper(func(*http.Request) (*http.Response, error) {
			time.Sleep(10 * restAfter)
			return nil, errors.New("no answer")
		})
		backend, err := NewBackend(BackendOptions{
			Config: &config.Config{State: "memory", Timeout: time.Hour, LangSmith: config.LangSmith{
				Endpoint: sandboxEndpoint(), Credentials: langsmith.Credentials{APIKey: "lsv2_pt_rest"}}},
			Rests: true, Transport: slow,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer backend.Close()
		released := make(chan time.Time, 10)
		backend.rest.release = func() { released <- time.Now() }
		within := func(what string, since, given time.Time) {
			t.Helper()
			if after := given.Sub(since); after < restAfter || after > 2*restAfter {
				t.Errorf("after %s: given back %s later", what, after)
			}
		}
		started := time.Now()
		server := NewMCP(backend)
		within("a start", started, <-released)
		server.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
		answered := time.Now()
		within("a ping", answered, <-released)
		server.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no_such_tool"}}`))
		answered = time.Now()
		within("a refusal", answered, <-released)
		ctx, cancel := context.WithTimeout(t.Context(), 25*restAfter/10)
		defer cancel()
		server.HandleMessage(ctx, json.RawMessage(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_projects","arguments":{}}}`))
		answered = time.Now()
		within("a long call", answered, <-released)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNoRestGivesNothingBack(*testing.T) {
	var none *rest
	none.disturb()
}
