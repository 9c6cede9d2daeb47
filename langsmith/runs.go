package langsmith

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
)

// RunField names what a query gives of a run. A run's id always comes.
type RunField string

// The fields that a query may ask for, by the newer routes' names.
const (
	RunName      RunField = "NAME"
	RunType      RunField = "RUN_TYPE"
	RunStatus    RunField = "STATUS"
	RunError     RunField = "ERROR"
	RunStartTime RunField = "START_TIME"
	RunEndTime   RunField = "END_TIME"
	RunLatency   RunField = "LATENCY_SECONDS"
	RunTotalCost RunField = "TOTAL_COST"
	RunProject   RunField = "PROJECT_ID"
	RunTrace     RunField = "TRACE_ID"
	RunParents   RunField = "PARENT_RUN_IDS"
	RunThread    RunField = "THREAD_ID"
	RunTags      RunField = "TAGS"
	RunMetadata  RunField = "METADATA"
	RunInputs    RunField = "INPUTS"
	RunOutputs   RunField = "OUTPUTS"
)

// olderFields are the fields' names on the older query. Latency follows from
// the times there.
var olderFields = map[RunField][]string{
	RunName: {"name"}, RunType: {"run_type"}, RunStatus: {"status"}, RunError: {"error"},
	RunStartTime: {"start_time"}, RunEndTime: {"end_time"}, RunLatency: {"start_time", "end_time"},
	RunTotalCost: {"total_cost"}, RunProject: {"session_id"}, RunTrace: {"trace_id"}, RunParents: {"parent_run_id"},
	RunThread: {"thread_id"}, RunTags: {"tags"}, RunMetadata: {"extra"}, RunInputs: {"inputs"}, RunOutputs: {"outputs"},
}

// allRunFields are what [Client.GetRun] asks for.
var allRunFields = []RunField{
	RunName, RunType, RunStatus, RunError, RunStartTime, RunEndTime, RunLatency, RunTotalCost,
	RunProject, RunTrace, RunParents, RunThread, RunTags, RunMetadata, RunInputs, RunOutputs,
}

// SummaryFields are the fields of a run without its content.
func SummaryFields() []RunField {
	return []RunField{
		RunName, RunType, RunStatus, RunError, RunStartTime, RunEndTime, RunLatency, RunTotalCost, RunProject, RunTrace, RunParents,
	}
}

// The most runs that one page of either generation holds.
const (
	MaxRunsPage      = 1000
	olderMaxRunsPage = 100
)

// earliestRun is the start that a query sends which has none of its own: the
// newer route would otherwise look at the last day only.
var earliestRun = time.Unix(0, 0)

// RunsQuery chooses runs of one project.
type RunsQuery struct {
	Project   uuid.UUID
	IDs       []uuid.UUID // only these; none for any
	TraceID   uuid.UUID   // only runs of this trace; uuid.Nil for any
	RootsOnly bool
	Failed    *bool     // only runs that failed, or only others; nil for any
	Filter    string    // in LangSmith's filter language; empty for any
	After     time.Time // started then or later; zero for any time
	Before    time.Time // started then or earlier; zero for any time
	Fields    []RunField
	Limit     int    // of one page, 1 to [MaxRunsPage]; the older route gives at most 100
	Cursor    string // from the page before; empty for the first
}

// RunsPage is one page of runs. Next is the cursor of the page after it, empty
// at the end.
type RunsPage struct {
	Runs []Run
	Next string
}

type runsBody struct {
	Items      list[Run] `json:"items"`
	NextCursor string    `json:"next_cursor"`
}

func (b *runsBody) recognized() bool { return b.Items.present }

type olderRunsBody struct {
	Runs    list[Run] `json:"runs"`
	Cursors struct {
		Next string `json:"next"`
	} `json:"cursors"`
}

func (b *olderRunsBody) recognized() bool { return b.Runs.present }

// QueryRuns lists runs of a project, by the generation of routes that the
// endpoint serves. The order is LangSmith's, newest first. A cursor belongs to
// the generation that gave it: where that has gone meanwhile, the query fails.
func (c *Client) QueryRuns(ctx context.Context, q RunsQuery) (*RunsPage, error) {
	return serveEither(c, runRoutes, eitherRoute[*RunsPage]{
		current: func() (*RunsPage, error) { return c.queryRuns(ctx, q) },
		older:   func() (*RunsPage, error) { return c.queryRunsOlder(ctx, q) },
	})
}

func (c *Client) queryRuns(ctx context.Context, q RunsQuery) (*RunsPage, error) {
	after := q.After
	if after.IsZero() {
		after = earliestRun
	}
	body, err := send[runsBody](ctx, c, operation{
		method: http.MethodPost, root: v2Root, path: "/runs/query", repeatable: true,
		body: struct {
			ProjectIDs   []uuid.UUID `json:"project_ids"`
			IDs          []uuid.UUID `json:"ids,omitempty"`
			TraceID      uuid.UUID   `json:"trace_id,omitzero"`
			IsRoot       bool        `json:"is_root,omitzero"`
			HasError     *bool       `json:"has_error,omitempty"`
			Filter       string      `json:"filter,omitempty"`
			MinStartTime time.Time   `json:"min_start_time"`
			MaxStartTime time.Time   `json:"max_start_time,omitzero"`
			Selects      []RunField  `json:"selects"`
			Cursor       string      `json:"cursor,omitempty"`
			PageSize     int         `json:"page_size,omitzero"`
		}{
			[]uuid.UUID{q.Project}, q.IDs, q.TraceID, q.RootsOnly, q.Failed, q.Filter, after.UTC(), utc(q.Before),
			append([]RunField{"ID"}, q.Fields...), q.Cursor, min(q.Limit, MaxRunsPage),
		},
	})
	if err != nil {
		return nil, err
	}
	return &RunsPage{Runs: body.Items.items, Next: nextCursor(body.NextCursor, q.Cursor, len(body.Items.items))}, nil
}

func (c *Client) queryRunsOlder(ctx context.Context, q RunsQuery) (*RunsPage, error) {
	body, err := send[olderRunsBody](ctx, c, operation{
		method: http.MethodPost, path: "/runs/query", repeatable: true,
		body: struct {
			Session   []uuid.UUID `json:"session"`
			IDs       []uuid.UUID `json:"id,omitempty"`
			Trace     uuid.UUID   `json:"trace,omitzero"`
			IsRoot    bool        `json:"is_root,omitzero"`
			Error     *bool       `json:"error,omitempty"`
			Filter    string      `json:"filter,omitempty"`
			StartTime time.Time   `json:"start_time,omitzero"`
			EndTime   time.Time   `json:"end_time,omitzero"`
			Select    []string    `json:"select"`
			Cursor    string      `json:"cursor,omitempty"`
			Limit     int         `json:"limit,omitzero"`
		}{
			[]uuid.UUID{q.Project}, q.IDs, q.TraceID, q.RootsOnly, q.Failed, q.Filter, utc(q.After), utc(q.Before),
			olderSelect(q.Fields), q.Cursor, min(q.Limit, olderMaxRunsPage),
		},
	})
	if err != nil {
		return nil, err
	}
	return &RunsPage{Runs: body.Runs.items, Next: nextCursor(body.Cursors.Next, q.Cursor, len(body.Runs.items))}, nil
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

func olderSelect(fields []RunField) []string {
	names := []string{"id"}
	for _, field := range fields {
		for _, name := range olderFields[field] {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// nextCursor ends a list at a cursor that stays the same or a page of nothing,
// which would page forever.
func nextCursor(next, asked string, got int) string {
	if next == asked || got == 0 {
		return ""
	}
	return next
}

// MaxRunsByID is how many runs one request fetches by their ids at most.
const MaxRunsByID = 100

// RunsByID fetches up to [MaxRunsByID] runs of a project, without their content,
// with one request; LangSmith allows far fewer requests for single runs. Runs
// that are gone are left out.
func (c *Client) RunsByID(ctx context.Context, project uuid.UUID, ids []uuid.UUID) ([]Run, error) {
	switch {
	case len(ids) == 0:
		return nil, nil // the API takes no ids for every run
	case len(ids) > MaxRunsByID:
		op := operation{method: http.MethodPost, root: v2Root, path: "/runs/query"}
		return nil, op.refuse(fmt.Errorf("%d runs asked for at once; at most %d are allowed", len(ids), MaxRunsByID))
	}
	page, err := c.QueryRuns(ctx, RunsQuery{Project: project, IDs: ids, Fields: SummaryFields(), Limit: len(ids)})
	if err != nil {
		return nil, err
	}
	return page.Runs, nil
}

// ErrRunNeedsProject is returned by [Client.GetRun] without a project where the
// endpoint serves only the routes that need one.
var ErrRunNeedsProject = errors.New("this LangSmith finds a run only by its project and id")

// GetRun fetches one run with its content. The newer route needs the run's
// project; with uuid.Nil the older one is asked, as long as it is there. With
// a project that is not the run's, the newer route knows no such run.
func (c *Client) GetRun(ctx context.Context, project, run uuid.UUID) (*Run, error) {
	older := func() (*Run, error) {
		return get[Run](ctx, c, "/runs/"+run.String(), url.Values{"exclude_serialized": {"true"}})
	}
	if project == uuid.Nil {
		found, err := older()
		var failed *Error
		if errors.As(err, &failed) && failed.RouteMissing() && failed.Status != http.StatusNotFound {
			failed.Err = ErrRunNeedsProject
		}
		return found, err
	}
	query := url.Values{"project_id": {project.String()}, "selects": {"ID"}}
	for _, field := range allRunFields {
		query.Add("selects", string(field))
	}
	return serveEither(c, runRoutes, eitherRoute[*Run]{
		current: func() (*Run, error) {
			op := readOperation("/runs/"+run.String(), query)
			op.root = v2Root
			return send[Run](ctx, c, op)
		},
		older: older,
		// A run of another project proves nothing: the newer route would not
		// have found it either.
		proves: func(found *Run) bool { return found.ProjectID == project },
	})
}
