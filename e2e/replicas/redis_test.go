package replicas

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// callEverywhere makes the same call at each replica concurrently, and returns the results.
func (c *cluster) callEverywhere(t *testing.T, who caller, name string) []*result {
	t.Helper()
	results := make([]*result, len(c.replicas))
	var calls sync.WaitGroup
	for i, r := range c.replicas {
		h, body := statelessCall(who, "create_insights_job", object{"session_id": who.project, "name": name})
		calls.Go(func() {
			got, err := c.call(t.Context(), r.address, h, body)
			if err != nil || got.isError {
				t.Errorf("%s: %v, %+v", r.name, err, got)
				return
			}
			results[i] = got
		})
	}
	calls.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return results
}

// checkOne makes equal calls at all replicas, which must start one job.
func (c *cluster) checkOne(t *testing.T, who caller, name string) {
	t.Helper()
	results := c.callEverywhere(t, who, name)
	first := 0
	for i, got := range results {
		if got.job.ID != results[0].job.ID {
			t.Errorf("%s: %s says %s, and %s says %s", name, c.replicas[i].name, got.job.ID, c.replicas[0].name, results[0].job.ID)
		}
		if strings.Contains(got.text, noStoreNote) {
			t.Errorf("%s: %s", name, got.text)
		}
		if !got.job.AlreadyRunning {
			first++
		}
	}
	if posts, jobs := c.langSmith.countCreates()[name], c.langSmith.countJobs(who)[name]; posts != 1 || jobs != 1 || first != 1 {
		t.Errorf("%s: asked for %d times, %d jobs, %d replicas say that it is new", name, posts, jobs, first)
	}
}

// noStoreNote is the beginning of the note of a result that only one process remembers.
const noStoreNote = "The memory of paid calls (--state) cannot be used now"

// Concurrent equal calls at all replicas start one job.
func TestEqualCallsAtReplicas(t *testing.T) {
	c := start(t, clusterOptions{})
	for n := range 10 {
		c.checkOne(t, c.langSmith.newCaller(), fmt.Sprintf("job %d", n))
	}
}

// While Redis is down, each process prevents duplicates of its own calls, and the results
// and the log say so; the replicas stay ready. When it is back, all replicas prevent them
// again.
func TestRedisLost(t *testing.T) {
	c := start(t, clusterOptions{})
	who := c.langSmith.newCaller()
	c.checkOne(t, who, "before")

	l := c.load(t)
	for _, r := range c.replicas {
		l.await(t, r.name, 20)
	}
	c.redis.kill()
	for _, r := range c.replicas {
		r.wrote.await(t, "Redis cannot be used: only this process remembers paid calls")
		l.await(t, r.name, 20)
		if answer, text := c.send(t, http.MethodGet, "http://"+r.address+"/readyz", nil, ""); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %s", r.name, answer.Status, text)
		}
		// Each process prevents its own duplicates.
		h, body := statelessCall(who, "create_insights_job", object{"session_id": who.project, "name": r.name})
		for again := range 2 {
			got, err := c.call(t.Context(), r.address, h, body)
			if err != nil || got.isError || !strings.Contains(got.text, noStoreNote) || got.job.AlreadyRunning != (again == 1) {
				t.Errorf("%s without Redis: %v, %+v", r.name, err, got)
			}
		}
	}
	c.redis.start(t)
	for _, r := range c.replicas {
		r.wrote.await(t, "Redis can be used again")
	}
	if answered, lost := l.end(t); len(lost) > 0 {
		t.Errorf("of %d calls these are lost: %v", answered+len(lost), lost)
	}
	l.checkJobs(t)

	c.checkOne(t, who, "after")
	// Jobs from before and from meanwhile are both known.
	for _, name := range []string{"before", c.replicas[0].name, c.replicas[1].name, c.replicas[2].name} {
		for i, got := range c.callEverywhere(t, who, name) {
			if !got.job.AlreadyRunning || c.langSmith.countJobs(who)[name] != 1 {
				t.Errorf("%s says of %q: %s", c.replicas[i].name, name, got.text)
			}
		}
	}
}

// A full Redis can be read: equal calls at other replicas return the running job.
func TestRedisFull(t *testing.T) {
	c := start(t, clusterOptions{})
	who := c.langSmith.newCaller()
	h, body := statelessCall(who, "create_insights_job", object{"session_id": who.project, "name": "running"})
	first, err := c.call(t.Context(), c.replicas[0].address, h, body)
	if err != nil || first.isError || first.job.AlreadyRunning {
		t.Fatalf("%v, %+v", err, first)
	}
	c.redis.command(t, "CONFIG SET maxmemory 1")
	for i, got := range c.callEverywhere(t, who, "running") {
		if !got.job.AlreadyRunning || got.job.ID != first.job.ID {
			t.Errorf("%s: %s", c.replicas[i].name, got.text)
		}
	}
	if posts := c.langSmith.countCreates()["running"]; posts != 1 {
		t.Errorf("asked for %d times", posts)
	}
}
