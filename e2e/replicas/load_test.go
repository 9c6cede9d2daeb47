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
	loadCallers = 24
	stepEvery   = 40 * time.Millisecond // of each caller, or slower
	mostSteps   = 2000                  // of each caller: the bound of a load that nobody ends

	// A call is repeated at once, and may come to the same replica while that is
	// still about to die.
	mostTries = 3
)

// load is many callers at work. Each starts jobs, all of them different, reads
// them and lists projects; what is lost is called once more.
type load struct {
	cluster *cluster
	callers []caller
	enough  chan struct{}
	done    sync.WaitGroup

	mu      sync.Mutex
	answers map[string]int // by replica
	lost    []lost
	open    []string // jobs of which no replica knows, after their call was lost, whether they were started
	wrong   []error
	news    news
}

// lost is a call without an answer.
type lost struct {
	*lostError
	job  string // that it was to start; empty for one that reads
	anew bool   // it was the first on its connection
}

func (c *cluster) load(t testing.TB) *load {
	l := &load{cluster: c, enough: make(chan struct{}), answers: map[string]int{}}
	for n := range loadCallers {
		who := c.langSmith.newCaller()
		l.callers = append(l.callers, who)
		l.done.Go(func() { l.work(t.Context(), t, n, who) })
	}
	return l
}

func (l *load) work(ctx context.Context, t testing.TB, n int, who caller) {
	inSession := n%2 == 0 // the others are of the era without sessions
	cluster, anew := l.cluster, n%4 < 2
	if anew {
		cluster = cluster.connectingAnew()
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
			if l.note(got, err, job, anew) || try == mostTries {
				return got
			}
		}
	}
	pace := time.NewTicker(stepEvery)
	defer pace.Stop()
	for step := range mostSteps {
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

// note counts an answer, and reports whether there was one.
func (l *load) note(got *result, err error, job string, anew bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.news.tell()
	var gone *lostError
	switch {
	case errors.As(err, &gone):
		l.lost = append(l.lost, lost{gone, job, anew})
		return false
	case got.isError && l.lostJob(job) && strings.Contains(got.text, "it is unknown whether it started a job"):
		l.open = append(l.open, job)
	case got.isError:
		l.wrong = append(l.wrong, fmt.Errorf("%s says: %s", got.replica, got.text))
	}
	l.answers[got.replica]++
	return true
}

// lostJob reports whether a call that was to start the job was lost. l.mu is held.
func (l *load) lostJob(job string) bool {
	return slices.ContainsFunc(l.lost, func(gone lost) bool { return job != "" && gone.job == job })
}

// await returns when the replica has answered so many calls more.
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
		return now-first >= more, fmt.Sprintf("%s with %d answers", replica, now-first), l.news.changed()
	})
}

// end ends the load and returns the number of calls that were answered, and
// those that were not.
func (l *load) end(t testing.TB) (answered int, gone []lost) {
	t.Helper()
	close(l.enough)
	l.done.Wait()
	for _, err := range l.wrong {
		t.Errorf("a call went wrong: %v", err)
	}
	for _, n := range l.answers {
		answered += n
	}
	return answered, l.lost
}

// checkJobs holds what was asked of LangSmith against its jobs: one for each
// name, asked for once. It returns the number of jobs.
func (l *load) checkJobs(t testing.TB) (jobs int) {
	t.Helper()
	started := map[string]int{}
	for _, who := range l.callers {
		for name, count := range l.cluster.langSmith.jobs(who) {
			started[name] += count
		}
	}
	posts := l.cluster.langSmith.creates()
	for name, count := range started {
		if posts[name] != 1 || count != 1 {
			t.Errorf("%q was asked for %d times, and there are %d jobs", name, posts[name], count)
		}
	}
	return len(started)
}
