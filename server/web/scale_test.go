package web_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
)

// inParallel calls do n times, in a bounded number of goroutines.
func inParallel(n int, do func(int)) {
	next := make(chan int)
	var workers sync.WaitGroup
	for range 32 {
		workers.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
}

// heap returns the size of the live heap, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // frees what finalizers released
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// Ten thousand sessions that were opened and closed leave no memory and no goroutine,
// neither at /mcp nor at /sse.
func TestSessionsLeaveNoMemory(t *testing.T) {
	sessions := 10_000
	if testing.Short() {
		sessions = 1000
	}
	f := start(t, options{config: func(c *config.Config) { c.LogLevel = zerolog.Disabled }}) // the fixture keeps the log
	opened := initialize(mcp.ProtocolVersion20251125, elicits)
	open := func(n int) {
		got := f.post("/mcp", ownKey(n%50), opened)
		session := ownKey(n % 50).with(headers{"Mcp-Session-Id": got.header.Get("Mcp-Session-Id")})
		switch n % 10 {
		case 0: // ended by the client
			f.do(f.request(http.MethodDelete, "/mcp", session, ""))
		case 1: // with a standing stream
			f.drop(f.request(http.MethodGet, "/mcp", session, ""))
		case 2: // of the older transport
			f.drop(f.request(http.MethodGet, "/sse", ownKey(n%50), ""))
		default: // without an end
			f.post("/mcp", session, rpc(nil, "notifications/initialized", nil))
		}
	}
	inParallel(500, open) // allocates what is allocated once
	f.client.CloseIdleConnections()
	goroutines, before := runtime.NumGoroutine(), heap()
	inParallel(sessions, open)
	f.client.CloseIdleConnections()
	after := heap()

	grown := max(0, int64(after)-int64(before))
	t.Logf("%d sessions: %d bytes each, goroutines %d -> %d", sessions, grown/int64(sessions), goroutines, runtime.NumGoroutine())
	// Ended sessions are remembered for a day, with 200 bytes each; a tenth of these have ended.
	if perSession := grown / int64(sessions); perSession > 200 {
		t.Errorf("each session leaves %d bytes", perSession)
	}
	if left := runtime.NumGoroutine(); left > goroutines+50 {
		t.Errorf("%d goroutines, before %d", left, goroutines)
	}
}

// drop opens a stream and closes it when it has begun.
func (f *fixture) drop(r *http.Request) {
	answer, err := f.client.Do(r)
	if err != nil {
		f.t.Error(err)
		return
	}
	if r.URL.Path == "/sse" {
		_, _ = answer.Body.Read(make([]byte, 10))
	}
	_ = answer.Body.Close()
}

// A thousand calls wait in one process for one job. LangSmith gets one request per interval
// for all of them, and other calls are not delayed.
func TestThousandWaits(t *testing.T) {
	waits := 1000
	if testing.Short() {
		waits = 100
	}
	f := start(t, options{})
	session := f.open(nil)
	wait := strings.Replace(f.endlessWait("ID"), `"arguments"`, `"_meta":{"progressToken":"t"},"arguments"`, 1)
	before := heap()
	streams := make([]io.ReadCloser, waits)
	inParallel(waits, func(n int) {
		// The first progress says that the call waits.
		body := strings.Replace(wait, `"ID"`, fmt.Sprint(n), 1)
		answer, err := f.client.Do(f.request(http.MethodPost, "/mcp", session, body))
		if err != nil {
			t.Error(err)
			return
		}
		streams[n] = answer.Body
	})
	t.Logf("%d open waits: %d bytes each, client included; %d requests upstream", waits, (heap()-before)/uint64(waits), len(f.upstream()))
	if got := f.post("/mcp", session, toolCall("other", "list_projects", args{})).tool(t).text(); !strings.Contains(got, projectName) {
		t.Errorf("another call returned %s", got)
	}

	polls := 0
	for _, r := range f.upstream() {
		if r.Method == http.MethodGet && strings.Contains(r.Path, "/insights/") {
			polls++
		}
	}
	if polls > 20 { // once every two seconds, for as long as a slow machine needs
		t.Errorf("LangSmith got %d requests for the job", polls)
	}
	// At the shutdown each returns the job's state.
	f.signal()
	inParallel(waits, func(n int) {
		if streams[n] == nil {
			return
		}
		defer streams[n].Close()
		body, err := io.ReadAll(streams[n])
		if err != nil || !strings.Contains(string(body), `"running"`) {
			t.Errorf("wait %d ends with %v: %s", n, err, body)
		}
	})
}
