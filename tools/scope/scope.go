// Package scope describes the traces that an Insights job reads: their time window, filter
// and maximum number.
package scope

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// Scope describes the traces that a job reads. An unknown field is absent.
type Scope struct {
	StartTime langsmith.Time `json:"start_time,omitzero"` // of the time window
	EndTime   langsmith.Time `json:"end_time,omitzero"`
	Filter    string         `json:"filter,omitempty"`
	Sample    json.Number    `json:"sample,omitempty"`

	filter string // unchanged

	// Whole says that the request is known and no saved config adds to it: an absent
	// filter or sample means that there is none.
	Whole bool `json:"-"`
}

// WideningFactor is the factor by which a proposed window is longer than one without traces.
const WideningFactor = 4

// maxFilter is the maximum length of a shown filter, in characters.
const maxFilter = 300

// New returns the scope of a request that was sent at a time; nil if the request has no such
// fields.
func New(request *langsmith.CreateInsightsJobRequest, sent time.Time) *Scope {
	_, saved := request.ConfigID.Get()
	s := Scope{Whole: !saved}
	if start, end, known := request.Window(sent); known {
		s.StartTime.Time, s.EndTime.Time = start.UTC().Truncate(time.Second), end.UTC().Truncate(time.Second)
	}
	if filter, ok := request.Filter.Get(); ok {
		s.filter, s.Filter = filter, markdown.Truncate(filter, maxFilter)
	}
	if sample, ok := request.Sample.Get(); ok {
		s.Sample = json.Number(sample)
	}
	if s == (Scope{Whole: s.Whole}) {
		return nil
	}
	return &s
}

// Window describes the time window; empty if it is unknown.
func (s *Scope) Window() string {
	switch {
	case s == nil || s.StartTime.IsZero():
		return ""
	case s.StartTime.Unix() <= 0: // more hours than since 1970
		return "all up to " + wording.Minute(s.EndTime)
	}
	return wording.Minute(s.StartTime) + " to " + wording.Minute(s.EndTime)
}

// Length returns the length of the window; 0 if it is unknown.
func (s *Scope) Length() time.Duration {
	if s == nil {
		return 0
	}
	return s.EndTime.Sub(s.StartTime.Time)
}

// KnowsFilter reports whether the filter, or that there is none, is known.
func (s *Scope) KnowsFilter() bool { return s != nil && (s.Whole || s.Filter != "") }

// DescribeFilter returns the filter for a table's cell: a dash for none, a question mark
// if it is unknown.
func (s *Scope) DescribeFilter() string {
	switch {
	case !s.KnowsFilter():
		return "?"
	case s.Filter == "":
		return "-"
	}
	return markdown.Quote(s.Filter, maxFilter)
}

// String describes the scope as part of a sentence, such as "2026-01-01 00:00 to
// 2026-01-08 00:00 UTC, sample 200". It is empty if nothing is known.
func (s *Scope) String() string { return s.describe(s.Window()) }

// inDays is the shortest window that is described in days.
const inDays = 48 * time.Hour

// Brief is String without the time of day if the window is described in days.
func (s *Scope) Brief() string {
	if s.Length() < inDays || s.StartTime.Unix() <= 0 {
		return s.String()
	}
	return s.describe(s.StartTime.UTC().Format(time.DateOnly) + " to " + s.EndTime.UTC().Format(time.DateOnly))
}

func (s *Scope) describe(window string) string {
	if s == nil {
		return ""
	}
	var parts []string
	if window != "" {
		parts = append(parts, window+" UTC")
	}
	if s.Filter != "" {
		parts = append(parts, "filter "+markdown.Quote(s.Filter, maxFilter))
	}
	if s.Sample != "" {
		parts = append(parts, "sample "+string(s.Sample))
	}
	return strings.Join(parts, ", ")
}

// Covers reports whether a report of this scope may answer the question of another scope:
// it has the same filter, and its window contains the other's, except for a tenth at
// either end.
func (s *Scope) Covers(other *Scope) bool {
	if s.Length() <= 0 || other.Length() <= 0 || !s.KnowsFilter() || !other.KnowsFilter() || s.Filter != other.Filter {
		return false
	}
	margin := other.Length() / 10
	return !s.StartTime.After(other.StartTime.Add(margin)) && !s.EndTime.Before(other.EndTime.Add(-margin))
}

// Follows reports whether a report of this scope may be compared with one of an earlier
// scope: it has the same filter, and its window begins at the other's end or later, or up
// to a tenth before.
func (s *Scope) Follows(earlier *Scope) bool {
	if s.Length() <= 0 || earlier.Length() <= 0 || !s.KnowsFilter() || !earlier.KnowsFilter() || s.Filter != earlier.Filter {
		return false
	}
	return !earlier.EndTime.After(s.StartTime.Add(s.Length() / 10))
}

// Arguments returns the arguments of create_insights_job, as names and values in turn,
// for a job that reads another window in the same way; with zero times if the window is
// unknown.
func (s *Scope) Arguments(start, end time.Time) []any {
	if s == nil {
		return nil
	}
	arguments := []any{"start_time", writeTime(start), "end_time", writeTime(end), "filter", s.filter}
	if s.Sample != "" {
		arguments = append(arguments, "sample", s.Sample)
	}
	return arguments
}

func writeTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Memory remembers the scopes of the jobs that one caller started in this process. LangSmith
// does not return them, and the state of paid calls has only digests. A nil Memory remembers
// nothing.
type Memory struct {
	known *ttlcache.Cache[uuid.UUID, *Scope]
}

// maxKnown is the maximum number of jobs in a memory. The least recently used is removed first.
const maxKnown = 1000

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{known: ttlcache.New(ttlcache.WithCapacity[uuid.UUID, *Scope](maxKnown))}
}

// Put stores the scope of a job.
func (m *Memory) Put(job uuid.UUID, scope *Scope) {
	if m != nil {
		m.known.Set(job, scope, ttlcache.NoTTL)
	}
}

// Get returns the scope of a job; nil if it is unknown.
func (m *Memory) Get(job uuid.UUID) *Scope {
	if m == nil {
		return nil
	}
	if item := m.known.Get(job); item != nil {
		return item.Value()
	}
	return nil
}
