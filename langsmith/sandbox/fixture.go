package sandbox

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Job is an Insights job. As a fixture it is shown as it is and moves only
// through its Statuses.
type Job struct {
	ID   uuid.UUID // made up if zero
	Name string
	// Status is "success" if empty; any word will do. Statuses, if given, are what
	// successive reads show instead, the last of them for ever.
	Status    string
	Statuses  []string
	Error     string
	CreatedAt time.Time // now if zero
	StartTime time.Time // null if zero, like EndTime
	EndTime   time.Time
	ConfigID  *uuid.UUID
	Metadata  map[string]any
	Shape     map[string]int
	Clusters  []Cluster
	Report    *Report // nil: null
	Runs      []JobRun
	// Extra is laid over the fields of the answer: unknown fields, and other
	// values for known ones, such as a time without a zone. Omit takes one out.
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
	Stats       map[string]any `json:"stats"` // nil: null
	Extra       map[string]any `json:"-"`     // as Job.Extra
}

// Report is a job's summary.
type Report struct {
	Title      string // null if empty
	KeyPoints  []string
	Highlights []Highlight
}

// Highlight is a trace that a report points out.
type Highlight struct {
	RunID       uuid.UUID  `json:"run_id"`
	ClusterID   *uuid.UUID `json:"cluster_id"`
	ClusterName *string    `json:"cluster_name"`
	Rank        int        `json:"rank"`
	Reason      string     `json:"highlight_reason"`
	Summary     *string    `json:"summary"`
}

// JobRun is a run as a job lists it. ClusterID is the smallest cluster it is in;
// it is then in that one's ancestors too.
type JobRun struct {
	ClusterID uuid.UUID
	Fields    map[string]any
}

type omit struct{}

// Omit, as a value of an Extra, takes the field out of the answer.
func Omit() any { return omit{} }

// addFields lays extra fields over a view.
func addFields(view any, extra map[string]any) any {
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
