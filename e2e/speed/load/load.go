// Package load sends calls of create_insights_job as fast as a server responds, over stdio,
// over Streamable HTTP, or as POST requests to the upstream. It takes little processor time
// while it measures: requests are built from prepared parts, and all responses are kept and
// checked afterwards.
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

// Bounds end a run at the first bound; 0 for none.
type Bounds struct {
	Callers int // calls in flight
	Calls   int
	Time    time.Duration
}

// Result is the result of a run.
type Result struct {
	Calls     int
	Elapsed   time.Duration
	Latencies []time.Duration // sorted
}

// Runner makes calls.
type Runner interface {
	// Run makes calls until a bound is reached. It fails if a call does not return a new
	// job of its own.
	Run(bounds Bounds) (Result, error)
	Close() error
}

// extraTime is how much longer than its time a run may wait for responses.
const extraTime = 60 * time.Second

// Calls numbers calls, so that no two are equal: langsmith-insights-mcp returns the same
// job for equal calls.
type Calls struct {
	last     atomic.Int64
	projects []string // ids, used in turn
}

// NewCalls returns calls over a number of projects.
func NewCalls(projects int) *Calls {
	c := &Calls{}
	for i := range projects {
		c.projects = append(c.projects, fmt.Sprintf("5b1e0f6e-3c1d-4f7a-9a52-%012x", i+1))
	}
	return c
}

func (c *Calls) project(call int64) string { return c.projects[call%int64(len(c.projects))] }

// Last returns the number of the last call.
func (c *Calls) Last() int64 { return c.last.Load() }

// limiter applies bounds to all callers of a run.
type limiter struct {
	left     atomic.Int64
	deadline time.Time
}

func newLimiter(bounds Bounds, start time.Time) *limiter {
	s := &limiter{}
	s.left.Store(int64(bounds.Calls))
	if bounds.Calls == 0 {
		s.left.Store(1 << 62)
	}
	if bounds.Time > 0 {
		s.deadline = start.Add(bounds.Time)
	}
	return s
}

// next reports whether another call may be made.
func (s *limiter) next(now time.Time) bool {
	return (s.deadline.IsZero() || now.Before(s.deadline)) && s.left.Add(-1) >= 0
}

// record has the calls of one caller.
type record struct {
	latencies []time.Duration
	calls     []int64 // numbers of the calls
	ends      []int   // end of each response in answers
	answers   []byte  // the responses, concatenated
}

func (r *record) reset() {
	r.latencies, r.calls, r.ends, r.answers = r.latencies[:0], r.calls[:0], r.ends[:0], r.answers[:0]
}

// end records the end of a response that was appended to answers.
func (r *record) end(call int64, took time.Duration) {
	r.calls, r.latencies, r.ends = append(r.calls, call), append(r.latencies, took), append(r.ends, len(r.answers))
}

// joinRecords checks all responses and joins the records of the callers.
func joinRecords(records []*record, elapsed time.Duration, verify func(answer []byte, call int64) (string, error)) (Result, error) {
	joined := Result{Elapsed: elapsed}
	jobs := map[string]int64{}
	for _, r := range records {
		from := 0
		for i, call := range r.calls {
			job, err := verify(r.answers[from:r.ends[i]], call)
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

// job is the job in a response of LangSmith or of a server.
type job struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// check returns the id of the job if it belongs to a call.
func (j job) check(call int64) (string, error) {
	if j.ID == "" || j.Status != "queued" || j.Name != callName(call) {
		return "", fmt.Errorf("want a queued job called %s, not %+v", callName(call), j)
	}
	return j.ID, nil
}

// checkMCP checks the JSON-RPC response to a tool call.
func checkMCP(answer []byte, call int64) (string, error) {
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

// checkUpstream checks LangSmith's response to a request.
func checkUpstream(answer []byte, call int64) (string, error) {
	var j job
	if err := json.Unmarshal(answer, &j); err != nil {
		return "", fmt.Errorf("%w: %.500s", err, answer)
	}
	return j.check(call)
}

// lastEvent returns the last message of an event stream, which is the response.
func lastEvent(stream []byte) []byte {
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
