package sandbox

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// Fault describes what goes wrong with the requests that it matches. The zero Fault has
// no effect.
//
// The order of effects on one request is: Refuse; ProcessLate schedules it; Delay;
// DropBefore; processing, unless Status or Body replace it; Do; DelayAfter; DropAfter;
// TruncateBody and SlowBytes.
type Fault struct {
	// Method and Path select the requests: Method exactly, or any if empty; Path is a
	// regular expression on the path. Match, if set, must return true too. It is called
	// with the sandbox locked and must not call the sandbox.
	Method string
	Path   string
	Match  func(Request) bool

	// Skip is the number of matching requests without an effect. Times is the number
	// of affected requests after those; 0 for all.
	Skip  int
	Times int

	// Status and Body replace the response. The request is then not processed, unless
	// AfterProcessing is set. Without a Status it is 200.
	Status          int
	Body            string
	AfterProcessing bool
	// Header is set on the response, and replaces its headers, such as Date.
	Header http.Header

	// Delay is the wait before processing; a request that is canceled meanwhile is
	// not processed. DelayAfter is the wait after it.
	Delay      time.Duration
	DelayAfter time.Duration

	// Refuse refuses the connection. DropBefore and DropAfter break it before and
	// after the request is processed.
	Refuse     bool
	DropBefore bool
	DropAfter  bool

	// Routes is the generation of routes that serves the request, as during a
	// migration; empty for that of the sandbox.
	Routes Routes

	// TruncateBody is the number of bytes of the response's body that arrive; 0 for
	// all. SlowBytes is the wait before each byte.
	TruncateBody int
	SlowBytes    time.Duration

	// ProcessLate breaks the connection (or responds with Status) and processes the
	// request that much later by the sandbox's clock. The next request or inspection
	// after that time runs it, so that no goroutine has to wait.
	ProcessLate time.Duration

	// Do is called after the request is processed and before its response is sent,
	// for example to add another caller's job at the same time.
	Do func()
}

type armedFault struct {
	Fault
	path *regexp.Regexp
	seen int
}

// Inject adds a fault and returns the function that removes it. If several match, the
// first injected one applies, up to its Times. Inject panics if Path is not a valid
// regular expression.
func (s *Sandbox) Inject(f Fault) (remove func()) {
	armed := &armedFault{Fault: f, path: regexp.MustCompile(f.Path)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, armed)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(have *armedFault) bool { return have == armed })
	}
}

// findFault records a request and returns the fault that matches it.
func (s *Sandbox) findFault(req Request) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if !f.matches(req) {
			continue
		}
		if !f.Refuse {
			s.received.add(req)
		}
		return f.Fault, true
	}
	s.received.add(req)
	return Fault{}, false
}

func (f *armedFault) matches(req Request) bool {
	if f.Times > 0 && f.seen >= f.Skip+f.Times {
		return false
	}
	if f.Method != "" && f.Method != req.Method {
		return false
	}
	if !f.path.MatchString(req.Path) || f.Match != nil && !f.Match(req.clone()) {
		return false
	}
	f.seen++
	return f.seen > f.Skip
}

// applyFault processes a request that a fault matches.
func (s *Sandbox) applyFault(ctx context.Context, f Fault, req Request, now time.Time) (*delivery, error) {
	if f.Refuse {
		return nil, refusedError()
	}
	if f.ProcessLate > 0 {
		s.schedule(req, now.Add(f.ProcessLate))
	}
	if err := wait(ctx, f.Delay); err != nil {
		return nil, err
	}
	if f.DropBefore || f.ProcessLate > 0 && !f.hasResponse() {
		return nil, resetError()
	}
	a := newBufferedResponse()
	if !f.hasResponse() || f.AfterProcessing && f.ProcessLate == 0 {
		a = s.process(req, s.now(), cmp.Or(f.Routes, s.opts.Routes))
	}
	if f.hasResponse() {
		f.writeResponse(a, s.now())
	}
	if f.Do != nil {
		f.Do()
	}
	if err := wait(ctx, f.DelayAfter); err != nil {
		return nil, err
	}
	if f.DropAfter {
		return nil, resetError()
	}
	for name, values := range f.Header {
		a.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	return &delivery{bufferedResponse: a, cut: f.TruncateBody, slow: f.SlowBytes}, nil
}

// hasResponse reports whether the fault replaces the response.
func (f Fault) hasResponse() bool { return f.Status != 0 || f.Body != "" }

func (f Fault) writeResponse(a *bufferedResponse, now time.Time) {
	a.body.Reset()
	a.header = http.Header{
		"Content-Type": {"application/json"},
		"Date":         {now.UTC().Format(http.TimeFormat)},
	}
	a.status = f.Status
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.body.WriteString(f.Body)
}

// lateRequest is a request that takes effect later.
type lateRequest struct {
	due time.Time
	req Request
}

func (s *Sandbox) schedule(req Request, due time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := slices.BinarySearchFunc(s.late, due, func(l lateRequest, due time.Time) int {
		if l.due.After(due) {
			return 1
		}
		return -1 // equal times keep the order of arrival
	})
	s.late = slices.Insert(s.late, at, lateRequest{due: due, req: req})
}

// processDue processes the late requests that are due, each at its own time.
func (s *Sandbox) processDue(now time.Time) {
	for {
		s.mu.Lock()
		if len(s.late) == 0 || s.late[0].due.After(now) {
			s.mu.Unlock()
			return
		}
		next := s.late[0]
		s.late = s.late[1:]
		s.mu.Unlock()
		s.process(next.req, next.due, s.opts.Routes)
	}
}
