package sandbox

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Job is an Insights job. A fixture does not change, except through its Statuses.
type Job struct {
	ID   uuid.UUID // generated if zero
	Name string
	// Status is "success" if empty. Statuses, if set, are the statuses of successive
	// reads; the last one stays.
	Status    string
	Statuses  []string
	Error     string
	CreatedAt time.Time // now if zero
	StartTime time.Time // null if zero
	EndTime   time.Time // null if zero
	ConfigID  *uuid.UUID
	Metadata  map[string]any
	Shape     map[string]int
	Clusters  []Cluster
	Report    *Report // null if nil
	Runs      []JobRun
	// Extra adds or replaces fields of the response, for example with a time without
	// a zone. Omit removes one.
	Extra map[string]any
}

// Cluster is a category of a job's report.
type Cluster struct {
	ID          uuid.UUID      `json:"id"`
	ParentID    *uuid.UUID     `json:"parent_id"`
	Level       int            `json:"level"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	ParentName  *string        `json:"parent_name"`
	NumRuns     int            `json:"num_runs"`
	Stats       map[string]any `json:"stats"` // null if nil
	Extra       map[string]any `json:"-"`     // see Job.Extra
}

// Report is a job's summary.
type Report struct {
	Title      string // null if empty
	KeyPoints  []string
	Highlights []Highlight
}

// Highlight is a trace that a report highlights.
type Highlight struct {
	RunID       uuid.UUID  `json:"run_id"`
	ClusterID   *uuid.UUID `json:"cluster_id"`
	ClusterName *string    `json:"cluster_name"`
	Rank        int        `json:"rank"`
	Reason      string     `json:"highlight_reason"`
	Summary     *string    `json:"summary"`
}

// JobRun is a run of a job.
type JobRun struct {
	ClusterID uuid.UUID // the smallest cluster that contains it
	Fields    map[string]any
}

type omit struct{}

// Omit, as a value in an Extra, removes the field from the response.
func Omit() any { return omit{} }

// mergeFields adds extra fields to a view.
func mergeFields(view any, extra map[string]any) any {
	if len(extra) == 0 {
		return view
	}
	raw, err := json.Marshal(view)
	if err != nil {
		return view
	}
	fields := make(map[string]any)
	if json.Unmarshal(raw, &fields) != nil {
		return view
	}
	for name, value := range extra {
		if value == Omit() {
			delete(fields, name)
		} else {
			fields[name] = value
		}
	}
	return fields
}
