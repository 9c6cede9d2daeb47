package replicas

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// everywhere makes one call at each replica at once, and returns the results.
func (c *cluster) everywhere(t *testing.T, who caller, name string) []*result {
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

// checkOne makes equal calls everywhere, which must start one job.
func (c *cluster) checkOne(t *testing.T, who caller, name string) {
	t.Helper()
	results := c.everywhere(t, who, name)
	first := 0
	for i, got := range results {
		if got.job.ID != results[0].job.ID {
			t.Errorf("%s: %s says %s, and %s says %s", name, c.replicas[i].name, got.job.ID, c.replicas[0].name, results[0].job.ID)
		}
		if strings.Contains(got.text, noStore) {
			t.Errorf("%s: %s", name, got.text)
		}
		if !got.job.AlreadyRunning {
			first++
		}
	}
	if posts, jobs := c.langSmith.creates()[name], c.langSmith.jobs(who)[name]; posts != 1 || jobs != 1 || first != 1 {
		t.Errorf("%s: asked for %d times, %d jobs, %d replicas say that it is new", name, posts, jobs, first)
	}
}

// noStore is how a result begins to say that only one process knows of it.
const noStore = "The memory of paid calls (--state) cannot be used now"

// Equal calls at all replicas at once start one job.
func TestEqualCallsAtReplicas(t *testing.T) {
	c := start(t, clusterOptions{})
	for n := range 10 {
		c.checkOne(t, c.langSmith.newCaller(), fmt.Sprintf("job %d", n))
	}
}

// When Redis is lost under load, calls go on with the promise of one process,
// which results and log say; replicas stay ready. When it is back, the shared
// promise is.
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
		// Each process keeps its own promise.
		h, body := statelessCall(who, "create_insights_job", object{"session_id": who.project, "name": r.name})
		for again := range 2 {
			got, err := c.call(t.Context(), r.address, h, body)
			if err != nil || got.isError || !strings.Contains(got.text, noStore) || got.job.AlreadyRunning != (again == 1) {
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
	// What was started before is still known, and so is by now what was started
	// meanwhile.
	for _, name := range []string{"before", c.replicas[0].name, c.replicas[1].name, c.replicas[2].name} {
		for i, got := range c.everywhere(t, who, name) {
			if !got.job.AlreadyRunning || c.langSmith.jobs(who)[name] != 1 {
				t.Errorf("%s says of %q: %s", c.replicas[i].name, name, got.text)
			}
		}
	}
}

// A Redis that is full takes nothing new, and is read all the same: equal calls at
// other replicas return the job that runs.
func TestRedisFull(t *testing.T) {
	c := start(t, clusterOptions{})
	who := c.langSmith.newCaller()
	h, body := statelessCall(who, "create_insights_job", object{"session_id": who.project, "name": "running"})
	first, err := c.call(t.Context(), c.replicas[0].address, h, body)
	if err != nil || first.isError || first.job.AlreadyRunning {
		t.Fatalf("%v, %+v", err, first)
	}
	c.redis.command(t, "CONFIG SET maxmemory 1")
	for i, got := range c.everywhere(t, who, "running") {
		if !got.job.AlreadyRunning || got.job.ID != first.job.ID {
			t.Errorf("%s: %s", c.replicas[i].name, got.text)
		}
	}
	if posts := c.langSmith.creates()["running"]; posts != 1 {
		t.Errorf("asked for %d times", posts)
	}
}
