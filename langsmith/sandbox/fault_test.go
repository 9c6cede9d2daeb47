package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// send posts a job without recording the exchange, because the response may be broken.
func send(ctx context.Context, s *sandbox.Sandbox) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", "http://sandbox"+insights(sandbox.ChatProd), strings.NewReader(`{"name": "n"}`))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("X-API-Key", "key")
	resp, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp, body, err
}

func TestFaults(t *testing.T) {
	t.Parallel()
	isReset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	for name, c := range map[string]struct {
		fault    sandbox.Fault
		status   int
		body     string
		err      func(error) bool
		started  int
		received int
	}{
		"status": {
			fault: sandbox.Fault{Status: 503, Header: http.Header{"retry-after": {"7"}}}, status: 503, received: 1,
		},
		"status after processing": {
			fault:  sandbox.Fault{Status: 502, Body: "<html>bad gateway</html>", AfterProcessing: true},
			status: 502, body: "<html>", started: 1, received: 1,
		},
		"body alone": {
			fault: sandbox.Fault{Body: "{}"}, status: 200, body: "{}", received: 1,
		},
		"garbage after processing": {
			fault: sandbox.Fault{Body: "\x00\xff{", AfterProcessing: true}, status: 200, body: "\x00\xff{", started: 1, received: 1,
		},
		"refused": {
			fault: sandbox.Fault{Refuse: true},
			err: func(err error) bool {
				var op *net.OpError
				return errors.As(err, &op) && op.Op == "dial" && errors.Is(err, syscall.ECONNREFUSED)
			},
		},
		"dropped before": {fault: sandbox.Fault{DropBefore: true}, err: isReset, received: 1},
		"dropped after":  {fault: sandbox.Fault{DropAfter: true}, err: isReset, started: 1, received: 1},
		"truncated": {
			fault: sandbox.Fault{TruncateBody: 5}, status: 200, body: `{"err`, started: 1, received: 1,
			err: func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) },
		},
		"truncated beyond its end": {fault: sandbox.Fault{TruncateBody: 5000}, status: 200, body: `"id"`, started: 1, received: 1},
		"other method":             {fault: sandbox.Fault{Method: "GET", Status: 500}, status: 200, started: 1, received: 1},
		"other path":               {fault: sandbox.Fault{Path: "/configs$", Status: 500}, status: 200, started: 1, received: 1},
		"path":                     {fault: sandbox.Fault{Path: "/insights$", Status: 500}, status: 500, received: 1},
		"no match": {
			fault:  sandbox.Fault{Match: func(r sandbox.Request) bool { return strings.Contains(string(r.Body), "other") }, Status: 500},
			status: 200, started: 1, received: 1,
		},
		"skipped": {fault: sandbox.Fault{Skip: 1, Status: 500}, status: 200, started: 1, received: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{Now: fixedTime})
			s.Inject(c.fault)
			resp, body, err := send(t.Context(), s)
			if (err != nil) != (c.err != nil) || err != nil && !c.err(err) {
				t.Fatalf("error %v", err)
			}
			if resp != nil && (resp.StatusCode != c.status || !strings.Contains(string(body), c.body)) {
				t.Errorf("status %d, body %q", resp.StatusCode, body)
			}
			if resp != nil && resp.StatusCode == 503 && resp.Header.Get("Retry-After") != "7" {
				t.Errorf("header %v", resp.Header)
			}
			if n := s.JobsStarted(); n != c.started {
				t.Errorf("%d jobs started", n)
			}
			if n := len(s.Requests()); n != c.received {
				t.Errorf("%d requests received", n)
			}
		})
	}
}

func TestFaultSkipAndTimes(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Now: fixedTime})
	remove := s.Inject(sandbox.Fault{Skip: 1, Times: 2, Status: 500})
	s.Inject(sandbox.Fault{Skip: 1, Times: 1, Status: 503}) // applies after the first is used up
	var got []int
	for range 6 {
		resp, _, err := send(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, resp.StatusCode)
	}
	if want := []int{200, 500, 500, 503, 200, 200}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	remove()
	s.Inject(sandbox.Fault{Status: 418})()
	if resp, _, err := send(t.Context(), s); err != nil || resp.StatusCode != 200 {
		t.Errorf("after removal: %v %v", resp, err)
	}
}

func TestDoRunsBeforeResponse(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Now: fixedTime})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)
	seen := 0
	s.Inject(sandbox.Fault{DropAfter: true, Do: func() {
		seen = s.JobsStarted()
		s.AddJob(session, sandbox.Job{Name: "somebody else's", Status: "running"})
	}})
	if _, _, err := send(t.Context(), s); err == nil {
		t.Error("the connection was not dropped")
	}
	if jobs := s.Jobs(uuid.Nil, session); seen != 1 || len(jobs) != 2 || jobs[1].Status != "running" || s.JobsStarted() != 1 {
		t.Errorf("Do saw %d jobs; now there are %+v", seen, jobs)
	}
}

func TestDelays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   sandbox.Fault
		timeout time.Duration
		took    time.Duration
		started int
	}{
		"before":             {sandbox.Fault{Delay: time.Minute}, time.Hour, time.Minute, 1},
		"before, gave up":    {sandbox.Fault{Delay: time.Minute}, 30 * time.Second, 30 * time.Second, 0},
		"after":              {sandbox.Fault{DelayAfter: time.Minute}, time.Hour, time.Minute, 1},
		"after, gave up":     {sandbox.Fault{DelayAfter: time.Minute}, 30 * time.Second, 30 * time.Second, 1},
		"slow body, gave up": {sandbox.Fault{SlowBytes: time.Second}, 10500 * time.Millisecond, 10500 * time.Millisecond, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.New(sandbox.Options{})
				s.Inject(c.fault)
				ctx, cancel := context.WithTimeout(t.Context(), c.timeout)
				defer cancel()
				began := time.Now()
				_, _, err := send(ctx, s)
				if took := time.Since(began); took != c.took {
					t.Errorf("took %v", took)
				}
				if gaveUp := c.timeout == c.took; gaveUp != errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v", err)
				}
				if n := s.JobsStarted(); n != c.started {
					t.Errorf("%d jobs started", n)
				}
			})
		})
	}
}

func TestSlowBodyArrives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{})
		s.Inject(sandbox.Fault{SlowBytes: time.Second, TruncateBody: 10})
		began := time.Now()
		_, body, err := send(t.Context(), s)
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 10 || time.Since(began) != 11*time.Second {
			t.Errorf("%q after %v, error %v", body, time.Since(began), err)
		}
	})
}

// A late request takes effect after its sender got a broken connection.
func TestProcessLate(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"dropped": {ProcessLate: 20 * time.Second, Times: 1},
		"status":  {ProcessLate: 20 * time.Second, Times: 1, Status: 504, AfterProcessing: true},
		"timeout": {ProcessLate: 20 * time.Second, Times: 1, Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.New(sandbox.Options{})
				session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)
				s.Inject(fault)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				sent := time.Now()
				resp, _, err := send(ctx, s)
				if err == nil && resp.StatusCode != 504 {
					t.Errorf("status %d", resp.StatusCode)
				}
				time.Sleep(time.Until(sent.Add(20*time.Second - 1))) // virtual time
				if jobs := s.Jobs(uuid.Nil, session); len(jobs) != 0 {
					t.Errorf("too early: %+v", jobs)
				}
				time.Sleep(time.Minute)
				jobs := s.Jobs(uuid.Nil, session)
				if len(jobs) != 1 || !jobs[0].CreatedAt.Equal(sent.Add(20*time.Second)) || string(jobs[0].Request) != `{"name": "n"}` {
					t.Errorf("the jobs are %+v", jobs)
				}
				if s.JobsStarted() != 1 || len(s.Requests()) != 1 {
					t.Errorf("%d started, %d received", s.JobsStarted(), len(s.Requests()))
				}
			})
		})
	}
}

// Late requests take effect in the order of their due times, each at its own time.
func TestLateRequestsInOrder(t *testing.T) {
	t.Parallel()
	now := start
	s := sandbox.New(sandbox.Options{Now: func() time.Time { return now }})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)
	for _, late := range []time.Duration{30, 10, 20, 10} {
		remove := s.Inject(sandbox.Fault{ProcessLate: late * time.Second})
		if _, _, err := send(t.Context(), s); err == nil {
			t.Error("a late request got a response")
		}
		remove()
	}
	now = now.Add(time.Hour)
	var got []time.Duration
	for _, j := range s.Jobs(uuid.Nil, session) {
		got = append(got, j.CreatedAt.Sub(start)/time.Second)
	}
	if fmt.Sprint(got) != "[10ns 10ns 20ns 30ns]" {
		t.Errorf("created after %v", got)
	}
}
