package replicas

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

var (
	openWaits       = flag.Int("open-waits", 200, "how many wait at one replica while its memory is measured")
	droppedSessions = flag.Int("sessions", 1000, "how many sessions are opened and dropped while it is")
)

// rss returns the resident memory of the process, in bytes.
func (p *process) rss(t testing.TB) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	pages, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pages << 10
}

// The memory of an open wait and of a session that was opened and closed, at one replica,
// with connections, goroutines and garbage. The bounds exclude leaks.
func TestMemory(t *testing.T) {
	c := start(t, clusterOptions{args: []string{"--log-level", "disabled"}, quiet: true})
	r, who := c.replicas[0], c.langSmith.newCaller()
	open := func(n int) {
		session := c.session(t, r.address, who, object{})
		switch n % 10 {
		case 0:
			c.send(t, http.MethodDelete, "http://"+r.address+"/mcp", session, "")
		default:
			c.send(t, http.MethodPost, "http://"+r.address+"/mcp", session, message(nil, "notifications/initialized", object{}))
		}
	}
	inParallel(*droppedSessions, open) // memory that is allocated once
	before := r.rss(t)
	inParallel(*droppedSessions, open)
	grown := max(0, r.rss(t)-before)
	t.Logf("%d sessions opened and dropped: %d bytes each, of %.1f MiB in all", *droppedSessions, grown / *droppedSessions, float64(r.rss(t))/(1<<20))
	if grown > 16<<20 {
		t.Errorf("%d sessions leave %d bytes behind", *droppedSessions, grown)
	}

	session := c.session(t, r.address, who, object{})
	made, err := c.call(t.Context(), r.address, session, toolCall(1, "create_insights_job", object{"session_id": who.project}))
	if err != nil || made.isError {
		t.Fatalf("%v, %+v", err, made)
	}
	before = r.rss(t)
	waits := make([]*waitCall, *openWaits)
	inParallel(*openWaits, func(n int) {
		waits[n], err = c.wait(t.Context(), r.address, session, n, object{"session_id": who.project, "job_id": made.job.ID, "timeout_seconds": 1800})
		if err != nil {
			t.Error(err)
		}
	})
	grown = max(0, r.rss(t)-before)
	t.Logf("%d open waits: %d bytes each, of %.1f MiB in all", *openWaits, grown / *openWaits, float64(r.rss(t))/(1<<20))
	if grown > 16<<20+*openWaits*200<<10 {
		t.Errorf("%d open waits take %d bytes", *openWaits, grown)
	}
	c.langSmith.finishJobs()
	for n, w := range waits {
		if got, err := w.end(); err != nil || got.job.Status != "success" {
			t.Errorf("wait %d ends with %v, %+v", n, err, got)
		}
	}
}
