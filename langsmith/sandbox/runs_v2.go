package sandbox

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// defaultRunsWindow is how far back a query of the newer route looks that names no
// min_start_time.
const defaultRunsWindow = 24 * time.Hour

// queryRunsV2 finds runs, the newest first, a page at a time.
//
// Unknown: LangSmith's order, the form of its refusals, and its reaction to a
// cursor of another query; here that is a place in this one.
func queryRunsV2(c *call) (any, error) {
	from := c.now.Add(-defaultRunsWindow)
	q := runQuery{limit: 100, order: "desc", from: &from}
	o := c.bodyObject()
	readRequired(&c.findings, o, "project_ids", &q.sessions, asList(asUUID))
	readField(&c.findings, o, "ids", &q.ids, nullable(asList(asUUID)))
	readField(&c.findings, o, "reference_examples", &q.examples, nullable(asList(asUUID)))
	readField(&c.findings, o, "trace_id", &q.trace, pointer(asUUID))
	readField(&c.findings, o, "is_root", &q.root, pointer(asBool))
	readField(&c.findings, o, "run_type", &q.runType, pointer(asUpperRunType))
	readField(&c.findings, o, "min_start_time", &q.from, pointer(asTime))
	readField(&c.findings, o, "max_start_time", &q.to, pointer(asTime))
	readField(&c.findings, o, "cursor", &q.cursor, pointer(asString))
	readField(&c.findings, o, "page_size", &q.limit, asBetween(1, maxPageSize))
	readField(&c.findings, o, "selects", &q.selected, nullable(asList(asOneOf(selectsV2()...))))
	var failed *bool
	if readField(&c.findings, o, "has_error", &failed, pointer(asBool)); failed != nil {
		q.status = trace.Success
		if *failed {
			q.status = trace.Failed
		}
	}
	if o.fields["project_ids"] != nil && len(q.sessions) == 0 {
		c.add(at(o.loc, "project_ids"), "too_short", "List should have at least 1 item after validation, not 0")
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

// maxPageSize is the most items of one page of the newer routes.
const maxPageSize = 1000

func asBetween(least, most int) reader[int] {
	return func(f *findings, loc []any, value any) int {
		n := asInt(f, loc, value)
		if n < least {
			f.add(loc, "greater_than_equal", "Input should be greater than or equal to %d", least)
		} else if n > most {
			f.add(loc, "less_than_equal", "Input should be less than or equal to %d", most)
		}
		return n
	}
}

// asUpperRunType reads a run type of the newer routes as the one that runs hold.
func asUpperRunType(f *findings, loc []any, value any) string {
	var upper []string
	for _, name := range runTypes() {
		upper = append(upper, strings.ToUpper(name))
	}
	return strings.ToLower(asOneOf(upper...)(f, loc, value))
}

// readRunV2 shows one run of a project.
//
// Unknown: whether LangSmith refuses a start_time that is not the run's. Here it
// does, as it is said to find the run by it.
func readRunV2(c *call) (any, error) {
	r, err := c.runOfProject()
	if err != nil {
		return nil, err
	}
	var selected []string
	for i, name := range c.query["selects"] {
		selected = append(selected, asOneOf(selectsV2()...)(&c.findings, []any{"query", "selects", i}, name))
	}
	start := c.queryTime("start_time")
	if err := c.err(); err != nil {
		return nil, err
	}
	if start != nil && !sameMoment(*start, r.Start) {
		return nil, notFound("Run")
	}
	return c.ws.runViewV2(r, selected), nil
}

// readRunURL gives the address of a run in LangSmith's web application.
func readRunURL(c *call) (any, error) {
	traceID := c.queryRequiredID("trace_id")
	r, err := c.runOfProject()
	if err != nil {
		return nil, err
	}
	if r.TraceID != traceID {
		return nil, notFound("Run")
	}
	return map[string]string{"url": fmt.Sprintf("%s/o/%s/projects/p/%s/r/%s?trace_id=%s", webOrigin, c.ws.id, r.SessionID, r.ID, r.TraceID)}, nil
}

// webOrigin is where the sandbox's web application would be.
const webOrigin = "https://sandbox.invalid"

// runOfProject finds the run that the path names in the project that the query
// names.
func (c *call) runOfProject() (*storedRun, error) {
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

// sameMoment compares times as LangSmith keeps them, to the microsecond.
func sameMoment(a, b time.Time) bool {
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

// queryRequiredID reads an id that the query must hold.
func (c *call) queryRequiredID(name string) uuid.UUID {
	if id := c.queryID(name); id != nil {
		return *id
	}
	c.add([]any{"query", name}, "missing", "Field required")
	return uuid.Nil
}

// queryTime reads a time out of the query; nil where there is none.
func (c *call) queryTime(name string) *time.Time {
	if !c.query.Has(name) {
		return nil
	}
	t := asTime(&c.findings, []any{"query", name}, c.query.Get(name))
	return &t
}
