package replicas

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	loadCallers  = 24
	stepInterval = 40 * time.Millisecond // the interval of each caller's steps
	maxSteps     = 2000                  // the maximum number of steps of each caller

	// A call is repeated immediately, and may reach the same replica while that is ending.
	maxTries = 3
)

// load has many callers. Each starts different jobs, reads them and lists projects, and
// repeats lost calls once.
type load struct {
	cluster *cluster
	callers []caller
	enough  chan struct{}
	done    sync.WaitGroup

	mu        sync.Mutex
	answers   map[string]int // by replica
	lost      []lostCall
	uncertain []string // jobs of lost calls for which no replica knows whether they were started
	errors    []error
	changes   changes
}

// lostCall is a call without a response.
type lostCall struct {
	*lostError
	job               string // the name of the job to start; empty for reads
	firstOnConnection bool   // it was the first on its connection
}

func (c *cluster) load(t testing.TB) *load {
	l := &load{cluster: c, enough: make(chan struct{}), answers: map[string]int{}}
	for n := range loadCallers {
		who := c.langSmith.newCaller()
		l.callers = append(l.callers, who)
		l.done.Go(func() { l.runCaller(t.Context(), t, n, who) })
	}
	return l
}

func (l *load) runCaller(ctx context.Context, t testing.TB, n int, who caller) {
	inSession := n%2 == 0 // the others use a protocol version without sessions
	cluster, firstOnConnection := l.cluster, n%4 < 2
	if firstOnConnection {
		cluster = cluster.withoutKeepAlive()
	}
	var session headers
	if inSession {
		session = cluster.session(t, cluster.balancer, who, object{})
	}
	call := func(tool, job string, arguments object) *result {
		h, body := session, toolCall(1, tool, arguments)
		if !inSession {
			h, body = statelessCall(who, tool, arguments)
		}
		for try := 1; ; try++ {
			got, err := cluster.call(ctx, cluster.balancer, h, body)
			if l.record(got, err, job, firstOnConnection) || try == maxTries {
				return got
			}
		}
	}
	pace := time.NewTicker(stepInterval)
	defer pace.Stop()
	for step := range maxSteps {
		select {
		case <-l.enough:
			return
		case <-pace.C:
		}
		job := fmt.Sprintf("%s step %d", who.workspace, step)
		made := call("create_insights_job", job, object{"session_id": who.project, "name": job})
		if made == nil {
			t.Errorf("a call for %q is lost however often it is repeated", job)
			return
		}
		if made.job.ID != "" {
			call("get_insights_job", "", object{"session_id": who.project, "job_id": made.job.ID})
		}
		call("list_projects", "", object{})
	}
}

// record counts a response, and reports whether there was one.
func (l *load) record(got *result, err error, job string, firstOnConnection bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes.notify()
	var gone *lostError
	switch {
	case errors.As(err, &gone):
		l.lost = append(l.lost, lostCall{gone, job, firstOnConnection})
		return false
	case got.isError && l.hasLost(job) && strings.Contains(got.text, "it is unknown whether it started a job"):
		l.uncertain = append(l.uncertain, job)
	case got.isError:
		l.errors = append(l.errors, fmt.Errorf("%s says: %s", got.replica, got.text))
	}
	l.answers[got.replica]++
	return true
}

// hasLost reports whether a call that starts the job was lost. l.mu is held.
func (l *load) hasLost(job string) bool {
	return slices.ContainsFunc(l.lost, func(gone lostCall) bool { return job != "" && gone.job == job })
}

// await waits until a replica has responded to a number of further calls.
func (l *load) await(t testing.TB, replica string, more int) {
	t.Helper()
	first := -1
	await(t, func() (bool, any, <-chan struct{}) {
		l.mu.Lock()
		defer l.mu.Unlock()
		now := l.answers[replica]
		if first < 0 {
			first = now
		}
		return now-first >= more, fmt.Sprintf("%s with %d answers", replica, now-first), l.changes.nextChange()
	})
}

// end ends the load and returns the number of calls with a response, and the lost calls.
func (l *load) end(t testing.TB) (answered int, gone []lostCall) {
	t.Helper()
	close(l.enough)
	l.done.Wait()
	for _, err := range l.errors {
		t.Errorf("a call went wrong: %v", err)
	}
	for _, n := range l.answers {
		answered += n
	}
	return answered, l.lost
}

// checkJobs compares the requests to LangSmith with its jobs: one request and one job for
// each name. It returns the number of jobs.
func (l *load) checkJobs(t testing.TB) (jobs int) {
	t.Helper()
	started := map[string]int{}
	for _, who := range l.callers {
		for name, count := range l.cluster.langSmith.countJobs(who) {
			started[name] += count
		}
	}
	posts := l.cluster.langSmith.countCreates()
	for name, count := range started {
		if posts[name] != 1 || count != 1 {
			t.Errorf("%q was asked for %d times, and there are %d jobs", name, posts[name], count)
		}
	}
	return len(started)
}
