package replicas

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var waiters = flag.Int("waiters", 1000, "how many wait for one job")

// interval is the pause between two polls of a job younger than a minute.
const interval = 2 * time.Second

// inParallel calls do n times, in a bounded number of goroutines.
func inParallel(n int, do func(int)) {
	var group sync.WaitGroup
	room := make(chan struct{}, 32)
	for i := range n {
		room <- struct{}{}
		group.Go(func() {
			do(i)
			<-room
		})
	}
	group.Wait()
}

// waitCall is a call that waits for a job.
type waitCall struct {
	answer *http.Response
	events *events
}

// wait begins a wait, and returns at its first progress.
func (c *cluster) wait(ctx context.Context, address string, session headers, id int, arguments object) (*waitCall, error) {
	answer, err := c.open(ctx, http.MethodPost, "http://"+address+"/mcp", session, toolCall(id, "wait_for_insights_job", arguments))
	if err != nil {
		return nil, err
	}
	w := &waitCall{answer, newEvents(answer.Body)}
	if event, err := w.events.next(); err != nil || !strings.Contains(string(event), "notifications/progress") {
		return w, fmt.Errorf("%s: %s, %w", answer.Status, event, err)
	}
	return w, nil
}

// end reads the result.
func (w *waitCall) end() (*result, error) {
	defer w.answer.Body.Close()
	last, err := w.events.last()
	if err != nil {
		return nil, err
	}
	return readResult(last)
}

// A thousand calls wait for one job at three replicas. LangSmith gets at most three reads
// of it per interval and few other requests, and every call gets the report.
func TestThousandWaiters(t *testing.T) {
	c := start(t, clusterOptions{})
	who := c.langSmith.newCaller()
	session := c.session(t, c.balancer, who, object{})
	made, err := c.call(t.Context(), c.balancer, session, toolCall(1, "create_insights_job", object{"session_id": who.project, "name": "awaited"}))
	if err != nil || made.isError {
		t.Fatalf("%v, %+v", err, made)
	}
	before, _ := c.langSmith.requests()
	open := make([]*waitCall, *waiters)
	inParallel(*waiters, func(n int) {
		open[n], err = c.wait(t.Context(), c.balancer, session, n, object{"session_id": who.project, "job_id": made.job.ID, "timeout_seconds": 1800})
		if err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	spread := map[string]int{}
	for _, w := range open {
		spread[w.answer.Header.Get("X-Replica")]++
	}
	c.awaitPolls(t, made.job.ID, 3)
	c.langSmith.finishJobs()
	var group sync.WaitGroup
	for n, w := range open {
		group.Go(func() {
			if got, err := w.end(); err != nil || got.isError || got.job.Status != "success" {
				t.Errorf("wait %d ends with %v, %+v", n, err, got)
			}
		})
	}
	group.Wait()

	after, _ := c.langSmith.requests()
	looks, last, most, first := 0, map[string]time.Time{}, 0, time.Time{}
	for i, q := range after {
		if i < len(before) || !isPoll(q, made.job.ID) {
			continue
		}
		if first.IsZero() {
			first = q.at
		}
		looks++
		if previous, ok := last[q.replica]; ok && q.at.Sub(previous) < interval {
			t.Errorf("%s asked again after %s", q.replica, q.at.Sub(previous))
		}
		last[q.replica] = q.at
		most = max(most, countPolls(after[len(before):], q.at, made.job.ID))
	}
	if most > len(c.replicas) {
		t.Errorf("LangSmith was asked for the job %d times in one interval", most)
	}
	// Each replica polls once per interval, and reads once how long earlier reports took.
	// Nothing else is to be read: the call has the project and the workspace, and all
	// waiters share the polls.
	const once = 1
	intervals := int(after[len(after)-1].at.Sub(first) / interval)
	if all, bound := len(after)-len(before), len(c.replicas)*(1+intervals+once); all > bound {
		t.Errorf("%d requests went upstream in %d intervals, more than %d: %v", all, intervals, bound, after[len(before):])
	}
	t.Logf("%d waiters as %v: %d looks at the job in %.1f intervals of %s, at most %d in one; %d requests upstream in all",
		*waiters, spread, looks, float64(last["replica1"].Sub(first))/float64(interval), interval, most, len(after)-len(before))
}

// awaitPolls waits until each replica has polled the job n times.
func (c *cluster) awaitPolls(t testing.TB, job string, times int) {
	t.Helper()
	await(t, func() (bool, any, <-chan struct{}) {
		asked, changed := c.langSmith.requests()
		looks := map[string]int{}
		for _, q := range asked {
			if isPoll(q, job) {
				looks[q.replica]++
			}
		}
		few := func(r *replica) bool { return looks[r.name] < times }
		return !slices.ContainsFunc(c.replicas, few), looks, changed
	})
}

func isPoll(q upstreamRequest, job string) bool {
	return q.method == http.MethodGet && strings.HasSuffix(q.path, "/insights/"+job)
}

// countPolls counts the polls in the interval that begins at a time.
func countPolls(asked []upstreamRequest, from time.Time, job string) (looks int) {
	for _, q := range asked {
		if isPoll(q, job) && !q.at.Before(from) && q.at.Before(from.Add(interval)) {
			looks++
		}
	}
	return looks
}
