// Package scope describes the traces that an Insights job reads: their time window, filter
// and maximum number.
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

// Scope describes the traces that a job reads. A field that is not known is absent.
type Scope struct {
	StartTime langsmith.Time `json:"start_time,omitzero"` // of the time window
	EndTime   langsmith.Time `json:"end_time,omitzero"`
	Filter    string         `json:"filter,omitempty"`
	Sample    json.Number    `json:"sample,omitempty"`
}

// maxFilter is the maximum length of a shown filter, in characters.
const maxFilter = 300

// New returns the scope of a request that was sent at a time; nil if the request has no such
// fields.
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

// String describes the scope in a part of a sentence, such as "traces from 2026-01-01 00:00 to
// 2026-01-08 00:00 UTC, sample 200".
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
