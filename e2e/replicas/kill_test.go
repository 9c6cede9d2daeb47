package replicas

import (
	"flag"
	"slices"
	"testing"
)

var rounds = flag.Int("rounds", 1, "how often replicas are killed, and updated, under load")

// A replica is killed under load. Only calls that it had received are lost, at most one per
// caller. A repeated call returns the job that it started, or says that this is unknown; no
// job is started twice. The restarted replica gets calls again.
//
// The log of the load balancer names the replica only for the first request of a
// connection. For the others it is only known that no other replica responded. Of the lost
// calls the killed process had read at least the two whose requests LangSmith got.
func TestKilled(t *testing.T) {
	c := start(t, clusterOptions{})
	answered, gone, known, jobs := 0, 0, 0, 0
	for round := range *rounds {
		victim := c.replicas[round%len(c.replicas)]
		l := c.load(t)
		for _, r := range c.replicas {
			l.await(t, r.name, 20)
		}
		// Of these, one was processed and one was not.
		processed, dropped := c.langSmith.holdCreate(victim.name, true), c.langSmith.holdCreate(victim.name, false)
		kept, neverDone := <-processed.arrived, <-dropped.arrived
		asked := []string{kept, neverDone}
		victim.kill()
		for _, r := range c.replicas {
			if r != victim {
				l.await(t, r.name, 20)
			}
		}
		victim.start(t)
		l.await(t, victim.name, 20)
		n, lost := l.end(t)

		if len(lost) > loadCallers {
			t.Errorf("%d calls are lost, of %d callers", len(lost), loadCallers)
		}
		for _, call := range lost {
			if call.firstOnConnection {
				known++
				if given := c.replicaOf(t, call.requestID); given != victim.name {
					t.Errorf("a call is lost that went to %s, not to %s: %v", given, victim.name, call)
				}
			}
			for _, r := range c.replicas { // the restarted replica
				if r.hasAnswered(call.requestID) {
					t.Errorf("a call is lost that %s answered: %v", r.name, call)
				}
			}
			asked = slices.DeleteFunc(asked, func(name string) bool { return name == call.job })
		}
		if len(asked) > 0 {
			t.Errorf("the calls for %q are not among the lost", asked)
		}
		if !slices.Contains(l.uncertain, neverDone) || slices.Contains(l.uncertain, kept) {
			t.Errorf("uncertain are %v: want %q, which LangSmith did not process, and not %q, which it did", l.uncertain, neverDone, kept)
		}
		answered, gone, jobs = answered+n, gone+len(lost), jobs+l.checkJobs(t)
	}
	t.Logf("%d rounds: %d calls answered, %d lost, %d of them known to have been given to the replica that was killed, none answered by another; %d jobs, none twice", *rounds, answered, gone, known, jobs)
}

// A rolling update: one replica after the other ends and restarts under load. No call is
// lost.
func TestUpdated(t *testing.T) {
	c := start(t, clusterOptions{})
	answered, gone, updates := 0, 0, 0
	for range *rounds {
		l := c.load(t)
		for _, r := range c.replicas {
			l.await(t, r.name, 20)
			r.end(t)
			r.start(t)
			l.await(t, r.name, 10)
			updates++
		}
		n, lost := l.end(t)
		if len(lost) > 0 {
			t.Errorf("calls are lost: %v", lost)
		}
		l.checkJobs(t)
		answered, gone = answered+n, gone+len(lost)
	}
	t.Logf("%d replicas ended under load: %d calls answered, %d lost", updates, answered, gone)
}
