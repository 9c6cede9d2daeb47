package sandbox

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// defaultRunsWindow is how far back a query without min_start_time goes.
const defaultRunsWindow = 24 * time.Hour

// queryRunsV2 returns a page of runs, newest first.
//
// Unknown: LangSmith's order, the format of its errors, and its response to a cursor of
// another query; here it is a position in this one.
func queryRunsV2(c *call) (any, error) {
	from := c.now.Add(-defaultRunsWindow)
	q := runQuery{limit: 100, order: "desc", from: &from}
	o := c.bodyObject()
	readRequired(&c.validationErrors, o, "project_ids", &q.sessions, asList(asUUID))
	readField(&c.validationErrors, o, "ids", &q.ids, nullable(asList(asUUID)))
	readField(&c.validationErrors, o, "reference_examples", &q.examples, nullable(asList(asUUID)))
	readField(&c.validationErrors, o, "trace_id", &q.trace, pointer(asUUID))
	readField(&c.validationErrors, o, "is_root", &q.root, pointer(asBool))
	readField(&c.validationErrors, o, "run_type", &q.runType, pointer(asUpperRunType))
	readField(&c.validationErrors, o, "min_start_time", &q.from, pointer(asTime))
	readField(&c.validationErrors, o, "max_start_time", &q.to, pointer(asTime))
	readField(&c.validationErrors, o, "cursor", &q.cursor, pointer(asString))
	readField(&c.validationErrors, o, "page_size", &q.limit, asBetween(1, maxPageSize))
	readField(&c.validationErrors, o, "selects", &q.selected, nullable(asList(asOneOf(selectableV2()...))))
	var failed *bool
	if readField(&c.validationErrors, o, "has_error", &failed, pointer(asBool)); failed != nil {
		q.status = trace.Success
		if *failed {
			q.status = trace.Failed
		}
	}
	if o.fields["project_ids"] != nil && len(q.sessions) == 0 {
		c.add(joinLoc(o.loc, "project_ids"), "too_short", "List should have at least 1 item after validation, not 0")
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	if q.from == nil {
		q.from = &from
	}
	if err := q.readFilters(o); err != nil {
		return nil, err
	}
	shown, next, err := pageFrom(c.ws.find(q, c.now), q.cursor, q.limit)
	if err != nil {
		return nil, err
	}
	views := make([]map[string]any, len(shown))
	for i, r := range shown {
		views[i] = c.ws.runViewV2(r, q.selected)
	}
	return map[string]any{"items": views, "next_cursor": next}, nil
}

// maxPageSize is the maximum page size of the newer routes.
const maxPageSize = 1000

func asBetween(low, high int) reader[int] {
	return func(f *validationErrors, loc []any, value any) int {
		n := asInt(f, loc, value)
		if n < low {
			f.add(loc, "greater_than_equal", "Input should be greater than or equal to %d", low)
		} else if n > high {
			f.add(loc, "less_than_equal", "Input should be less than or equal to %d", high)
		}
		return n
	}
}

// asUpperRunType reads a run type in upper case, and returns it in lower case.
func asUpperRunType(f *validationErrors, loc []any, value any) string {
	var upper []string
	for _, name := range runTypes() {
		upper = append(upper, strings.ToUpper(name))
	}
	return strings.ToLower(asOneOf(upper...)(f, loc, value))
}

// readRunV2 returns one run of a project.
//
// Unknown: whether LangSmith refuses a wrong start_time. Here it does, since LangSmith
// documents that it finds the run by it.
func readRunV2(c *call) (any, error) {
	r, err := c.findRunOfProject()
	if err != nil {
		return nil, err
	}
	var selected []string
	for i, name := range c.query["selects"] {
		selected = append(selected, asOneOf(selectableV2()...)(&c.validationErrors, []any{"query", "selects", i}, name))
	}
	start := c.queryTime("start_time")
	if err := c.err(); err != nil {
		return nil, err
	}
	if start != nil && !isSameTime(*start, r.Start) {
		return nil, notFound("Run")
	}
	return c.ws.runViewV2(r, selected), nil
}

// readRunURL returns the address of a run in the web interface.
func readRunURL(c *call) (any, error) {
	traceID := c.queryRequiredID("trace_id")
	r, err := c.findRunOfProject()
	if err != nil {
		return nil, err
	}
	if r.TraceID != traceID {
		return nil, notFound("Run")
	}
	return map[string]string{"url": fmt.Sprintf("%s/o/%s/projects/p/%s/r/%s?trace_id=%s", webOrigin, c.ws.id, r.SessionID, r.ID, r.TraceID)}, nil
}

// webOrigin is the origin of the web interface, which the sandbox does not have.
const webOrigin = "https://sandbox.invalid"

// findRunOfProject returns the run in the path, if it is in the query's project.
func (c *call) findRunOfProject() (*storedRun, error) {
	id, project := c.pathID("run_id"), c.queryRequiredID("project_id")
	if err := c.err(); err != nil {
		return nil, err
	}
	return c.ws.visibleRun(id, project, c.now)
}

func (ws *workspace) visibleRun(id, project uuid.UUID, now time.Time) (*storedRun, error) {
	r := ws.runs[id]
	if r == nil || r.visible.After(now) || r.SessionID != project {
		return nil, notFound("Run")
	}
	return r, nil
}

// isSameTime compares times to the microsecond, which LangSmith stores.
func isSameTime(a, b time.Time) bool {
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

// queryRequiredID reads a required id from the query.
func (c *call) queryRequiredID(name string) uuid.UUID {
	if id := c.queryID(name); id != nil {
		return *id
	}
	c.add([]any{"query", name}, "missing", "Field required")
	return uuid.Nil
}

// queryTime reads a time from the query; nil for none.
func (c *call) queryTime(name string) *time.Time {
	if !c.query.Has(name) {
		return nil
	}
	t := asTime(&c.validationErrors, []any{"query", name}, c.query.Get(name))
	return &t
}
