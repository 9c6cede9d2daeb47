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

// RunField names a field that a query returns. The id is always returned.
type RunField string

// The fields of a run, by the names of the newer routes.
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

// olderFields are the names of the fields on the older routes, which have the start and
// the end instead of the latency.
var olderFields = map[RunField][]string{
	RunName: {"name"}, RunType: {"run_type"}, RunStatus: {"status"}, RunError: {"error"},
	RunStartTime: {"start_time"}, RunEndTime: {"end_time"}, RunLatency: {"start_time", "end_time"},
	RunTotalCost: {"total_cost"}, RunProject: {"session_id"}, RunTrace: {"trace_id"}, RunParents: {"parent_run_id"},
	RunThread: {"thread_id"}, RunTags: {"tags"}, RunMetadata: {"extra"}, RunInputs: {"inputs"}, RunOutputs: {"outputs"},
}

// allRunFields are the fields that [Client.GetRun] requests.
var allRunFields = []RunField{
	RunName, RunType, RunStatus, RunError, RunStartTime, RunEndTime, RunLatency, RunTotalCost,
	RunProject, RunTrace, RunParents, RunThread, RunTags, RunMetadata, RunInputs, RunOutputs,
}

// SummaryFields returns the fields of a run without its content.
func SummaryFields() []RunField {
	return []RunField{
		RunName, RunType, RunStatus, RunError, RunStartTime, RunEndTime, RunLatency, RunTotalCost, RunProject, RunTrace, RunParents,
	}
}

// The maximum page sizes of the newer and of the older routes.
const (
	MaxRunsPage      = 1000
	olderMaxRunsPage = 100
)

// earliestRun is the start time of a query that has none. Without one, the newer route
// returns the runs of the last day only.
var earliestRun = time.Unix(0, 0)

// RunsQuery selects runs of one project.
type RunsQuery struct {
	Project   uuid.UUID
	IDs       []uuid.UUID // only these; none for any
	TraceID   uuid.UUID   // only runs of this trace; uuid.Nil for any
	RootsOnly bool
	Filter    string    // in LangSmith's filter language; empty for any
	After     time.Time // earliest start; zero for any
	Before    time.Time // latest start; zero for any
	Fields    []RunField
	Limit     int    // of one page, 1 to [MaxRunsPage]; the older route returns at most 100
	Cursor    string // of the previous page; empty for the first
}

// RunsPage is one page of runs.
type RunsPage struct {
	Runs []Run
	Next string // cursor of the next page; empty at the end
}

type runsBody struct {
	Items      list[Run] `json:"items"`
	NextCursor string    `json:"next_cursor"`
}

func (b *runsBody) isValid() bool { return b.Items.present }

type olderRunsBody struct {
	Runs    list[Run] `json:"runs"`
	Cursors struct {
		Next string `json:"next"`
	} `json:"cursors"`
}

func (b *olderRunsBody) isValid() bool { return b.Runs.present }

// QueryRuns lists runs of a project, newest first. A cursor is valid only on the
// generation of routes that returned it. If that is no longer served, the query fails.
func (c *Client) QueryRuns(ctx context.Context, q RunsQuery) (*RunsPage, error) {
	return callEither(c, runRoutes, versionedOperation[*RunsPage]{
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
			Filter       string      `json:"filter,omitempty"`
			MinStartTime time.Time   `json:"min_start_time"`
			MaxStartTime time.Time   `json:"max_start_time,omitzero"`
			Selects      []RunField  `json:"selects"`
			Cursor       string      `json:"cursor,omitempty"`
			PageSize     int         `json:"page_size,omitzero"`
		}{
			[]uuid.UUID{q.Project}, q.IDs, q.TraceID, q.RootsOnly, q.Filter, after.UTC(), toUTC(q.Before),
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
			Filter    string      `json:"filter,omitempty"`
			StartTime time.Time   `json:"start_time,omitzero"`
			EndTime   time.Time   `json:"end_time,omitzero"`
			Select    []string    `json:"select"`
			Cursor    string      `json:"cursor,omitempty"`
			Limit     int         `json:"limit,omitzero"`
		}{
			[]uuid.UUID{q.Project}, q.IDs, q.TraceID, q.RootsOnly, q.Filter, toUTC(q.After), toUTC(q.Before),
			selectOlderFields(q.Fields), q.Cursor, min(q.Limit, olderMaxRunsPage),
		},
	})
	if err != nil {
		return nil, err
	}
	return &RunsPage{Runs: body.Runs.items, Next: nextCursor(body.Cursors.Next, q.Cursor, len(body.Runs.items))}, nil
}

func toUTC(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

func selectOlderFields(fields []RunField) []string {
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

// nextCursor returns the next cursor, or an empty one if it is unchanged or the page
// is empty, which would repeat without end.
func nextCursor(next, current string, items int) string {
	if next == current || items == 0 {
		return ""
	}
	return next
}

// MaxRunsByID is how many ids [Client.ListRunsByID] accepts.
const MaxRunsByID = 100

// ListRunsByID fetches up to [MaxRunsByID] runs of a project without their content, in
// one request: LangSmith's rate limit for single runs is far lower. It leaves out runs
// that do not exist.
func (c *Client) ListRunsByID(ctx context.Context, project uuid.UUID, ids []uuid.UUID) ([]Run, error) {
	switch {
	case len(ids) == 0:
		return nil, nil // without ids the API would return every run
	case len(ids) > MaxRunsByID:
		op := operation{method: http.MethodPost, root: v2Root, path: "/runs/query"}
		return nil, op.refuse(fmt.Errorf("%d runs requested at once; at most %d are allowed", len(ids), MaxRunsByID))
	}
	page, err := c.QueryRuns(ctx, RunsQuery{Project: project, IDs: ids, Fields: append(SummaryFields(), RunThread), Limit: len(ids)})
	if err != nil {
		return nil, err
	}
	return page.Runs, nil
}

// ErrRunNeedsProject is returned by [Client.GetRun] for a call without a project if the
// endpoint serves only the newer route, which needs one.
var ErrRunNeedsProject = errors.New("this LangSmith finds a run only by its project and id")

// GetRun fetches one run with its content. The newer route needs the run's project, and
// does not find a run of another project. With uuid.Nil, only the older route is called.
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
	return callEither(c, runRoutes, versionedOperation[*Run]{
		current: func() (*Run, error) {
			op := readOperation("/runs/"+run.String(), query)
			op.root = v2Root
			return send[Run](ctx, c, op)
		},
		older: older,
		// A run of another project proves nothing, since the newer route does not
		// find it.
		provesAbsence: func(found *Run) bool { return found.ProjectID == project },
	})
}
