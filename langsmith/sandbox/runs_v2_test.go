package sandbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func TestQueryRunsV2(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{Empty: true})
	session := a.s.AddProject(sandbox.Project{Name: "p"})
	a.s.AddRuns(a.s.AddProject(sandbox.Project{Name: "other"}), trace.Run{Name: "elsewhere", Start: start.Add(-time.Hour)})
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	ids := a.s.AddRuns(session,
		trace.Run{Name: "first", Start: at(-60), End: at(-59), Tags: []string{"x"}},
		trace.Run{Name: "second", Start: at(-50), Error: "boom"},
		trace.Run{Name: "third", Start: at(-40), Type: trace.LLM, Status: trace.Pending},
		trace.Run{Name: "last week", Start: at(-7 * 24 * 60)},
	)
	child := a.s.AddRuns(session, trace.Run{Name: "child", Type: trace.Tool, TraceID: ids[0], ParentID: ids[0], Start: at(-59)})[0]
	text := func(minutes int) string { return at(minutes).Format(time.RFC3339) }
	for name, c := range map[string]struct {
		query obj
		want  []any
	}{
		"one day by default":   {obj{}, []any{"third", "second", "child", "first"}},
		"null is the default":  {obj{"min_start_time": nil, "ids": nil, "has_error": nil, "selects": []string{"NAME"}}, []any{"third", "second", "child", "first"}},
		"further back":         {obj{"min_start_time": text(-8 * 24 * 60)}, []any{"third", "second", "child", "first", "last week"}},
		"both bounds included": {obj{"min_start_time": text(-59), "max_start_time": text(-50)}, []any{"second", "child"}},
		"roots":                {obj{"is_root": true}, []any{"third", "second", "first"}},
		"children":             {obj{"is_root": false}, []any{"child"}},
		"failed":               {obj{"has_error": true}, []any{"second"}},
		"completed":            {obj{"has_error": false}, []any{"child", "first"}},
		"type":                 {obj{"run_type": "TOOL"}, []any{"child"}},
		"trace":                {obj{"trace_id": ids[0]}, []any{"child", "first"}},
		"ids":                  {obj{"ids": []any{ids[1], child}}, []any{"second", "child"}},
		"an old id":            {obj{"ids": []any{ids[3]}}, []any{}},
		"filter":               {obj{"filter": `has(tags, "x")`}, []any{"first"}},
		"trace filter":         {obj{"filter": `eq(run_type, "tool")`, "trace_filter": `has(tags, "x")`}, []any{"child"}},
		"tree filter":          {obj{"tree_filter": `eq(name, "child")`, "is_root": true}, []any{"first"}},
		"another example":      {obj{"reference_examples": []any{uuid.New()}}, []any{}},
	} {
		c.query["project_ids"] = []any{session}
		c.query["selects"] = []string{"NAME"}
		if got := collectEach(a.post("/api/v2/runs/query", c.query).list("items"), "name"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if run := a.post("/api/v2/runs/query", obj{"project_ids": []any{session}}).at("items", 0).(obj); len(run) != 1 {
		t.Errorf("without selects the run has more than the id: %v", run)
	}
	here := `{"project_ids": ["` + session.String() + `"], `
	for body, want := range map[string]string{
		`{}`:                          `"loc":["body","project_ids"]`,
		`{"project_ids": []}`:         "too_short",
		`{"project_ids": ["1"]}`:      "uuid_parsing",
		here + `"ids": ["1"]}`:        "uuid_parsing",
		here + `"trace_id": "1"}`:     "uuid_parsing",
		here + `"selects": ["name"]}`: "enum",
		here + `"run_type": "tool"}`:  "enum",
		here + `"page_size": 0}`:      "greater_than_equal",
		here + `"page_size": 1001}`:   "less_than_equal",
		here + `"is_root": "yes"}`:    "bool_type",
		here + `"min_start_time": 5}`: "datetime_type",
	} {
		a.call("POST", "/api/v2/runs/query", body).refused(422, want)
	}
	a.call("POST", "/api/v2/runs/query", here+`"filter": "x"}`).refused(400, "Invalid filter")
	a.call("POST", "/api/v2/runs/query", here+`"cursor": "x"}`).refused(400, "cursor")
}

func TestQueryRunsV2Cursors(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	body := obj{
		"project_ids": []any{sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)}, "is_root": true,
		"min_start_time": start.Add(-14 * 24 * time.Hour), "page_size": 200,
	}
	seen := make(map[any]bool)
	var sizes []int
	for len(sizes) < 10 {
		r := a.post("/api/v2/runs/query", body)
		sizes = append(sizes, len(r.list("items")))
		for _, id := range collectEach(r.list("items"), "id") {
			seen[id] = true
		}
		if body["cursor"] = r.at("next_cursor"); body["cursor"] == nil {
			break
		}
	}
	if !slices.Equal(sizes, []int{200, 200, 51}) || len(seen) != 451 {
		t.Errorf("%d runs on pages of %v", len(seen), sizes)
	}
	body["cursor"], body["page_size"] = nil, 1000
	if n := len(a.post("/api/v2/runs/query", body).list("items")); n != 451 {
		t.Errorf("%d runs on one page", n)
	}
}

// The trace of a failed root run contains the child that caused the failure.
func TestReadTraceV2(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd).String()
	week := start.Add(-7 * 24 * time.Hour)
	root := a.post("/api/v2/runs/query", obj{
		"project_ids": []string{session}, "min_start_time": week, "is_root": true, "has_error": true, "page_size": 1, "selects": []string{"START_TIME"},
	}).at("items", 0).(obj)
	id := root["id"].(string)
	path := "/api/v2/runs/" + id + "?project_id=" + session
	r := a.get(path + "&start_time=" + root["start_time"].(string) + "&selects=" + strings.Join([]string{
		"NAME", "RUN_TYPE", "STATUS", "ERROR", "ERROR_PREVIEW", "END_TIME", "LATENCY_SECONDS", "METADATA", "TAGS", "INPUTS", "TOTAL_COST",
		"PARENT_RUN_IDS", "TRACE_ID", "IS_ROOT", "PROJECT_ID", "INPUTS_PREVIEW", "EXTRA", "FEEDBACK_STATS", "DOTTED_ORDER", "SHARE_URL", "EVENTS",
	}, "&selects="))
	if r.text("status") != "ERROR" || r.text("run_type") != "CHAIN" || r.text("project_id") != session || r.text("trace_id") != id ||
		r.at("latency_seconds").(float64) <= 0 || r.text("metadata", "title") == "" || len(r.list("tags")) != 1 || len(r.list("parent_run_ids")) != 0 {
		t.Errorf("the run is %s", r.raw)
	}
	children := a.post("/api/v2/runs/query", obj{
		"project_ids": []string{session}, "min_start_time": week, "trace_id": id, "is_root": false,
		"selects": []string{"NAME", "RUN_TYPE", "STATUS", "ERROR", "PARENT_RUN_IDS", "TAGS", "METADATA"},
	}).list("items")
	failed := slices.IndexFunc(children, func(c any) bool { return c.(obj)["status"] == "ERROR" })
	if failed < 0 || children[failed].(obj)["run_type"] != "TOOL" || !slices.Equal(children[failed].(obj)["parent_run_ids"].([]any), []any{id}) {
		t.Errorf("children %v", children)
	}
	if only := a.get(path); len(only.value.(obj)) != 1 || only.text("id") != id {
		t.Errorf("without selects: %s", only.raw)
	}
	if url := a.get("/api/v2/runs/" + id + "/url?project_id=" + session + "&trace_id=" + id).text("url"); !strings.Contains(url, id) {
		t.Errorf("url %s", url)
	}

	other := uuid.NewString()
	for bad, want := range map[string]string{
		"/api/v2/runs/" + id:                                         `"loc":["query","project_id"]`,
		"/api/v2/runs/x?project_id=" + session:                       "uuid_parsing",
		path + "&selects=name":                                       "enum",
		path + "&start_time=yesterday":                               "datetime_parsing",
		"/api/v2/runs/" + id + "/url?project_id=" + session:          `"loc":["query","trace_id"]`,
		"/api/v2/runs/" + id + "/url?project_id=1&trace_id=" + other: "uuid_parsing",
	} {
		a.call("GET", bad, nil).refused(422, want)
	}
	for _, gone := range []string{
		"/api/v2/runs/" + other + "?project_id=" + session,
		"/api/v2/runs/" + id + "?project_id=" + other,
		path + "&start_time=2020-01-01T00:00:00Z",
		"/api/v2/runs/" + id + "/url?project_id=" + session + "&trace_id=" + other,
	} {
		a.call("GET", gone, nil).refused(404, "Run not found")
	}
}
