// Package load calls create_insights_job as fast as a server answers it, over
// stdio, over Streamable HTTP, or as a plain POST to the upstream. It does as
// little as it can while the clock runs: requests are put together from parts
// made before, and answers are kept and judged afterwards, every one of them.
package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// Bounds end a run: whichever comes first, and each at zero is none.
type Bounds struct {
	Callers int // in flight at once
	Calls   int
	Time    time.Duration
}

// Result is what a run measured.
type Result struct {
	Calls     int
	Elapsed   time.Duration
	Latencies []time.Duration // sorted
}

// Runner makes calls.
type Runner interface {
	// Run makes calls until a bound is met, and fails where one of them was not
	// answered with a job of its own.
	Run(bounds Bounds) (Result, error)
	Close() error
}

// patience is how much longer than its time a run may wait for answers.
const patience = 60 * time.Second

// Calls numbers calls, so that no two of them are equal: a server that keeps
// paid calls single would answer the second of two with the job of the first.
type Calls struct {
	last     atomic.Int64
	projects []string // their ids, by turns
}

// NewCalls returns the calls of a measurement, spread over so many projects.
func NewCalls(projects int) *Calls {
	c := &Calls{}
	for i := range projects {
		c.projects = append(c.projects, fmt.Sprintf("5b1e0f6e-3c1d-4f7a-9a52-%012x", i+1))
	}
	return c
}

func (c *Calls) project(call int64) string { return c.projects[call%int64(len(c.projects))] }

// Last is the number of the call that was made last.
func (c *Calls) Last() int64 { return c.last.Load() }

// stop bounds the callers of one run together.
type stop struct {
	left     atomic.Int64
	deadline time.Time
}

func newStop(bounds Bounds, start time.Time) *stop {
	s := &stop{}
	s.left.Store(int64(bounds.Calls))
	if bounds.Calls == 0 {
		s.left.Store(1 << 62)
	}
	if bounds.Time > 0 {
		s.deadline = start.Add(bounds.Time)
	}
	return s
}

// another reports whether one more call is to be made.
func (s *stop) another(now time.Time) bool {
	return (s.deadline.IsZero() || now.Before(s.deadline)) && s.left.Add(-1) >= 0
}

// record is what one caller saw.
type record struct {
	latencies []time.Duration
	calls     []int64 // their numbers
	ends      []int   // where each answer ends in answers
	answers   []byte  // one behind the other
}

func (r *record) reset() {
	r.latencies, r.calls, r.ends, r.answers = r.latencies[:0], r.calls[:0], r.ends[:0], r.answers[:0]
}

// end closes an answer whose bytes were appended to answers.
func (r *record) end(call int64, took time.Duration) {
	r.calls, r.latencies, r.ends = append(r.calls, call), append(r.latencies, took), append(r.ends, len(r.answers))
}

// result judges every answer and joins the records of a run's callers.
func result(records []*record, elapsed time.Duration, judge func(answer []byte, call int64) (string, error)) (Result, error) {
	joined := Result{Elapsed: elapsed}
	jobs := map[string]int64{}
	for _, r := range records {
		from := 0
		for i, call := range r.calls {
			job, err := judge(r.answers[from:r.ends[i]], call)
			if err != nil {
				return Result{}, fmt.Errorf("call %d: %w", call, err)
			}
			if other, twice := jobs[job]; twice {
				return Result{}, fmt.Errorf("calls %d and %d were answered with one job, %s", other, call, job)
			}
			jobs[job], from = call, r.ends[i]
		}
		joined.Latencies = append(joined.Latencies, r.latencies...)
	}
	joined.Calls = len(joined.Latencies)
	slices.Sort(joined.Latencies)
	return joined, nil
}

// job is what a call is answered with, by LangSmith and by every server.
type job struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// check returns the job's id where it is the one that belongs to a call.
func (j job) check(call int64) (string, error) {
	if j.ID == "" || j.Status != "queued" || j.Name != callName(call) {
		return "", fmt.Errorf("want a queued job called %s, not %+v", callName(call), j)
	}
	return j.ID, nil
}

// judgeMCP holds the JSON-RPC answer of a tool's call against the call.
func judgeMCP(answer []byte, call int64) (string, error) {
	var message struct {
		ID     json.Number     `json:"id"`
		Error  json.RawMessage `json:"error"`
		Result struct {
			IsError bool `json:"isError"`
			Job     job  `json:"structuredContent"`
		} `json:"result"`
	}
	switch err := json.Unmarshal(answer, &message); {
	case err != nil:
		return "", fmt.Errorf("%w: %.500s", err, answer)
	case message.Error != nil || message.Result.IsError:
		return "", fmt.Errorf("refused: %.2000s", answer)
	case message.ID.String() != strconv.FormatInt(call, 10):
		return "", fmt.Errorf("answered with the id %s", message.ID)
	}
	id, err := message.Result.Job.check(call)
	if err != nil {
		return "", fmt.Errorf("%w: %.2000s", err, answer)
	}
	return id, nil
}

// judgeUpstream holds LangSmith's own answer against the call.
func judgeUpstream(answer []byte, call int64) (string, error) {
	var j job
	if err := json.Unmarshal(answer, &j); err != nil {
		return "", fmt.Errorf("%w: %.500s", err, answer)
	}
	return j.check(call)
}

// unframe takes a message out of the stream of events that it was sent in: the
// last one is the answer, whatever was notified before it.
func unframe(stream []byte) []byte {
	var message []byte
	for line := range bytes.Lines(stream) {
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			if data = bytes.TrimSpace(data); len(data) > 0 {
				message = data
			}
		}
	}
	return message
}
