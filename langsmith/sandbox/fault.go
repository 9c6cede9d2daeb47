package sandbox

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// Fault says what goes wrong with the requests it matches. Without a field that
// says otherwise a matched request is processed and answered as usual.
//
// What happens to one request, in order: Refuse; its late effect is arranged
// (ProcessLate); Delay; DropBefore; it is processed, unless Status or Body
// answer in its place; Do; DelayAfter; DropAfter; the answer travels back
// (TruncateBody, SlowBytes).
type Fault struct {
	// Method and Path choose the requests: Method exactly, or any if empty; Path
	// as a regular expression found in the path as it was sent. Match, if set,
	// must agree too; it is called with the sandbox locked and must not call it.
	Method string
	Path   string
	Match  func(Request) bool

	// Skip lets so many matching requests pass first. Times is how many are hit
	// after those; 0: all.
	Skip  int
	Times int

	// Status and Body answer in the place of LangSmith, which does not process the
	// request then, unless AfterProcessing. A Body alone is answered with 200.
	Status          int
	Body            string
	AfterProcessing bool
	// Header is added to the answer, over what stands there; it can set Date.
	Header http.Header

	// Delay passes before the request is processed; a caller who leaves meanwhile
	// leaves it unprocessed. DelayAfter passes after it.
	Delay      time.Duration
	DelayAfter time.Duration

	// Refuse is a connection that is not accepted. DropBefore and DropAfter break
	// it before the request is processed, and after.
	Refuse     bool
	DropBefore bool
	DropAfter  bool
	// DropWith is the error of a dropped connection in process; connection reset by
	// peer if nil.
	DropWith error

	// Routes lets the request meet a LangSmith that serves this generation of routes,
	// such as one machine of a fleet that is being moved.
	Routes Routes

	// TruncateBody lets only so many bytes of the answer's body arrive. SlowBytes
	// passes before each byte of it.
	TruncateBody int
	SlowBytes    time.Duration

	// ProcessLate breaks the connection (or answers Status), while the request
	// takes effect that much later by the sandbox's clock. It does so when anyone
	// next looks: nothing can tell the difference, and no goroutine waits for it.
	ProcessLate time.Duration

	// Do is called after the request was processed and before its answer travels
	// back, such as to let another one's job appear in the same moment.
	Do func()
}

type armedFault struct {
	Fault
	path *regexp.Regexp
	seen int
}

// Inject adds a fault. Of several that match, the one injected first acts, until
// it has had its Times. The function returned takes it out again. Inject panics
// when Path is not a regular expression.
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

// findFault records a request and finds the fault that it runs into.
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
	if f.DropBefore || f.ProcessLate > 0 && !f.hasAnswer() {
		return nil, f.dropError()
	}
	a := newAnswer()
	if !f.hasAnswer() || f.AfterProcessing && f.ProcessLate == 0 {
		a = s.process(req, s.now(), cmp.Or(f.Routes, s.opts.Routes))
	}
	if f.hasAnswer() {
		f.writeAnswer(a, s.now())
	}
	if f.Do != nil {
		f.Do()
	}
	if err := wait(ctx, f.DelayAfter); err != nil {
		return nil, err
	}
	if f.DropAfter {
		return nil, f.dropError()
	}
	for name, values := range f.Header {
		a.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	return &delivery{answer: a, cut: f.TruncateBody, slow: f.SlowBytes}, nil
}

// hasAnswer reports whether the fault has an answer of its own.
func (f Fault) hasAnswer() bool { return f.Status != 0 || f.Body != "" }

func (f Fault) writeAnswer(a *answer, now time.Time) {
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

func (f Fault) dropError() error {
	if f.DropWith != nil {
		return f.DropWith
	}
	return resetError()
}
