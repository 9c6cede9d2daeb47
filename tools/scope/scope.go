// Package scope says what an Insights job reads: of what time, by which filter, and how
// much at most.
package scope

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// Scope is what a job reads. What is not known of it is absent.
type Scope struct {
	StartTime langsmith.Time `json:"start_time,omitzero"` // of the window of the traces
	EndTime   langsmith.Time `json:"end_time,omitzero"`
	Filter    string         `json:"filter,omitempty"`
	Sample    json.Number    `json:"sample,omitempty"`
}

// maxFilter bounds a filter that is shown, in bytes.
const maxFilter = 300

// New returns what the job of a request reads that was sent at a time; nil where the
// request says nothing of it.
func New(request *langsmith.CreateInsightsJobRequest, sent time.Time) *Scope {
	var s Scope
	if start, end, known := request.Window(sent); known {
		s.StartTime.Time, s.EndTime.Time = start.UTC().Truncate(time.Second), end.UTC().Truncate(time.Second)
	}
	if filter, ok := request.Filter.Get(); ok {
		s.Filter = markdown.Truncate(filter, maxFilter)
	}
	if sample, ok := request.Sample.Get(); ok {
		s.Sample = json.Number(sample)
	}
	if s == (Scope{}) {
		return nil
	}
	return &s
}

// String describes the scope in a sentence's part, such as "traces from 2026-01-01
// 00:00 to 2026-01-08 00:00 UTC, sample 200".
func (s *Scope) String() string {
	var parts []string
	if !s.StartTime.IsZero() {
		parts = append(parts, fmt.Sprintf("traces from %s to %s UTC", wording.Minute(s.StartTime), wording.Minute(s.EndTime)))
	}
	if s.Filter != "" {
		parts = append(parts, "filter "+markdown.Quote(s.Filter, maxFilter))
	}
	if s.Sample != "" {
		parts = append(parts, "sample "+string(s.Sample))
	}
	return strings.Join(parts, ", ")
}
