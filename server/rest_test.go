package server

import (
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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

// Over every transport messages come to the server's HandleMessage.
func TestEveryMessageDisturbsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend, err := NewBackend(t.Context(), BackendOptions{Config: &config.Config{State: "memory"}, Rests: true})
		if err != nil {
			t.Fatal(err)
		}
		defer backend.Close()
		released := make(chan time.Time, 1)
		backend.rest.release = func() { released <- time.Now() }
		server := NewMCP(backend)
		time.Sleep(10 * restAfter)
		asked := time.Now()
		server.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
		if after := (<-released).Sub(asked); after != restAfter {
			t.Errorf("given back %s after the only message, not %s", after, restAfter)
		}
	})
}

func TestNoRestGivesNothingBack(*testing.T) {
	var none *rest
	none.disturb()
}
