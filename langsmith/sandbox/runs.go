package sandbox

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func readRun(c *call) (any, error) {
	id, session := c.pathID("run_id"), c.queryID("session_id")
	c.queryBool("exclude_serialized")
	c.queryBool("include_messages")
	if err := c.err(); err != nil {
		return nil, err
	}
	r := c.ws.runs[id]
	if r == nil || r.visible.After(c.now) || session != nil && r.SessionID != *session {
		return nil, notFound("Run")
	}
	return c.ws.runView(r), nil
}

// runQuery is the supported part of the body of POST /runs/query.
type runQuery struct {
	ids, sessions, examples []uuid.UUID
	trace, parent           *uuid.UUID
	runType                 *string
	from, to                *time.Time
	failed, root            *bool
	status                  string
	filter                  *filter.Filter
	traceFilter, treeFilter *filter.Filter
	cursor                  *string
	limit                   int
	selected                []string
	order                   string
}

func readRunQuery(f *validationErrors, o object) runQuery {
	q := runQuery{limit: 100, order: "desc", selected: defaultSelect()}
	readField(f, o, "id", &q.ids, nullable(asList(asUUID)))
	readField(f, o, "session", &q.sessions, nullable(asList(asUUID)))
	readField(f, o, "reference_example", &q.examples, nullable(asList(asUUID)))
	readField(f, o, "trace", &q.trace, pointer(asUUID))
	readField(f, o, "parent_run", &q.parent, pointer(asUUID))
	readField(f, o, "run_type", &q.runType, pointer(asOneOf(runTypes()...)))
	readField(f, o, "start_time", &q.from, pointer(asTime))
	readField(f, o, "end_time", &q.to, pointer(asTime))
	readField(f, o, "error", &q.failed, pointer(asBool))
	readField(f, o, "is_root", &q.root, pointer(asBool))
	readField(f, o, "cursor", &q.cursor, pointer(asString))
	readField(f, o, "limit", &q.limit, asInt)
	readField(f, o, "select", &q.selected, asList(asOneOf(selectable()...)))
	readField(f, o, "order", &q.order, asOneOf("asc", "desc"))
	if q.limit < 1 {
		f.add(joinLoc(o.loc, "limit"), "greater_than_equal", "Input should be greater than or equal to 1")
	} else if q.limit > 100 {
		f.add(joinLoc(o.loc, "limit"), "less_than_equal", "Input should be less than or equal to 100")
	}
	var first *int
	if readField(f, o, "execution_order", &first, pointer(asInt)); first != nil && *first == 1 {
		// An older way to select root runs.
		yes := true
		q.root = &yes
	}
	return q
}

// queryRuns returns a page of runs.
//
// Unknown: LangSmith's response to a query that names neither a project nor runs, to an
// invalid filter, and to an invalid cursor.
func queryRuns(c *call) (any, error) {
	o := c.bodyObject()
	q := readRunQuery(&c.validationErrors, o)
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, unsupported := range []string{"query", "search_filter"} {
		if o.has(unsupported) {
			return nil, refuse(http.StatusBadRequest, "The sandbox does not support %s", unsupported)
		}
	}
	if len(q.sessions)+len(q.ids)+len(q.examples) == 0 && q.trace == nil && q.parent == nil {
		return nil, refuse(http.StatusBadRequest, "One of session, id, trace, parent_run or reference_example is required")
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
		views[i] = selectFields(c.ws.runView(r), q.selected)
	}
	return map[string]any{"runs": views, "cursors": map[string]*string{"next": next}}, nil
}

func (q *runQuery) readFilters(o object) error {
	for name, into := range map[string]**filter.Filter{"filter": &q.filter, "trace_filter": &q.traceFilter, "tree_filter": &q.treeFilter} {
		text, given := o.fields[name].(string)
		if !given || text == "" {
			continue
		}
		parsed, err := filter.Parse(text)
		if err != nil {
			return refuse(http.StatusBadRequest, "Invalid %s: %s", name, err)
		}
		*into = parsed
	}
	return nil
}

// pageFrom returns the page of a list at a cursor; next is nil at the end.
func pageFrom[T any](list []T, cursor *string, limit int) (shown []T, next *string, err error) {
	from, err := parseCursor(cursor)
	if err != nil {
		return nil, nil, err
	}
	shown = cutPage(list, page{limit: limit, offset: from})
	if end := from + len(shown); len(shown) > 0 && end < len(list) {
		text := base64.RawURLEncoding.EncodeToString([]byte("after:" + strconv.Itoa(end)))
		next = &text
	}
	return shown, next, nil
}

func parseCursor(cursor *string) (int, error) {
	if cursor == nil || *cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*cursor)
	text, ours := strings.CutPrefix(string(raw), "after:")
	at, errAt := strconv.Atoi(text)
	if err != nil || !ours || errAt != nil || at < 0 {
		return 0, refuse(http.StatusBadRequest, "Invalid cursor")
	}
	return at, nil
}

// find lists the runs that match a query, in its order.
func (ws *workspace) find(q runQuery, now time.Time) []*storedRun {
	var found []*storedRun
	for _, p := range ws.projects {
		if len(q.sessions) > 0 && !slices.Contains(q.sessions, p.id) {
			continue
		}
		within := q.traces(p)
		for _, r := range p.runs {
			if !r.visible.After(now) && q.matches(r.Run) && ws.rootMatches(q, r.Run) && (within == nil || within[r.TraceID]) {
				found = append(found, r)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *storedRun) int { return trace.Compare(a.Run, b.Run) })
	if q.order == "desc" {
		slices.Reverse(found)
	}
	return found
}

func (q *runQuery) matches(r *trace.Run) bool {
	switch {
	case len(q.ids) > 0 && !slices.Contains(q.ids, r.ID),
		len(q.examples) > 0 && !slices.Contains(q.examples, r.ReferenceExample),
		q.trace != nil && r.TraceID != *q.trace,
		q.parent != nil && r.ParentID != *q.parent,
		q.runType != nil && r.Type != *q.runType,
		q.from != nil && r.Start.Before(*q.from),
		q.to != nil && r.Start.After(*q.to),
		q.status != "" && r.Status != q.status,
		q.failed != nil && (r.Error != "") != *q.failed,
		q.root != nil && r.IsRoot() != *q.root:
		return false
	}
	return q.filter == nil || q.filter.Match(r)
}

// rootMatches reports whether the root of a run's trace matches the trace filter.
func (ws *workspace) rootMatches(q runQuery, r *trace.Run) bool {
	if q.traceFilter == nil {
		return true
	}
	root := ws.runs[r.TraceID]
	return root != nil && q.traceFilter.Match(root.Run)
}

// traces returns the traces in which a run matches the tree filter; nil without one.
func (q *runQuery) traces(p *project) map[uuid.UUID]bool {
	if q.treeFilter == nil {
		return nil
	}
	passing := make(map[uuid.UUID]bool)
	for _, r := range p.runs {
		if !passing[r.TraceID] && q.treeFilter.Match(r.Run) {
			passing[r.TraceID] = true
		}
	}
	return passing
}
