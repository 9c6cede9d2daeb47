package sandbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func TestReadRun(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd).String()
	root := a.post("/runs/query", obj{"session": []string{session}, "is_root": true, "limit": 1}).text("runs", 0, "id")
	r := a.get("/api/v1/runs/" + root + "?session_id=" + session)
	if r.text("trace_id") != root || r.at("parent_run_id") != nil || len(r.list("inputs", "messages")) == 0 || r.text("app_path") == "" {
		t.Errorf("the root run is %s", r.raw)
	}
	a.call("GET", "/runs/"+uuid.NewString(), nil).refused(404, "Run not found")
	a.call("GET", "/runs/"+root+"?session_id="+uuid.NewString(), nil).refused(404, "Run not found")
	a.call("GET", "/runs/1", nil).refused(422, "uuid_parsing")

	child := a.post("/runs/query", obj{"parent_run": root, "limit": 1}).value.(obj)["runs"].([]any)[0].(obj)
	if child["parent_run_id"] != root || !slices.Equal(child["parent_run_ids"].([]any), []any{root}) {
		t.Errorf("the child run is %v", child)
	}
}

func TestQueryRuns(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{Empty: true})
	session := a.s.AddProject(sandbox.Project{Name: "p"})
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	ids := a.s.AddRuns(session,
		trace.Run{Name: "first", Start: at(-60), End: at(-59), Tags: []string{"x"}},
		trace.Run{Name: "second", Start: at(-50), Error: "boom"},
		trace.Run{Name: "third", Start: at(-40), Type: trace.LLM},
	)
	child := a.s.AddRuns(session, trace.Run{Name: "child", Type: trace.Tool, TraceID: ids[0], ParentID: ids[0], Start: at(-59)})[0]
	for name, c := range map[string]struct {
		query obj
		want  []any
	}{
		"all":          {obj{}, []any{"third", "second", "child", "first"}},
		"ascending":    {obj{"order": "asc"}, []any{"first", "child", "second", "third"}},
		"roots":        {obj{"is_root": true}, []any{"third", "second", "first"}},
		"execution":    {obj{"execution_order": 1}, []any{"third", "second", "first"}},
		"failed":       {obj{"error": true}, []any{"second"}},
		"sound":        {obj{"error": false, "is_root": true}, []any{"third", "first"}},
		"type":         {obj{"run_type": "llm"}, []any{"third"}},
		"from":         {obj{"start_time": at(-50).Format(time.RFC3339)}, []any{"third", "second"}},
		"to":           {obj{"end_time": at(-55).Format(time.RFC3339)}, []any{"child", "first"}},
		"ids":          {obj{"id": []any{ids[1], child}}, []any{"second", "child"}},
		"trace":        {obj{"trace": ids[0]}, []any{"child", "first"}},
		"parent":       {obj{"parent_run": ids[0]}, []any{"child"}},
		"example":      {obj{"reference_example": []any{uuid.New()}}, []any{}},
		"filter":       {obj{"filter": `or(has(tags, "x"), eq(status, "error"))`}, []any{"second", "first"}},
		"trace filter": {obj{"filter": `eq(run_type, "tool")`, "trace_filter": `has(tags, "x")`}, []any{"child"}},
		"tree filter":  {obj{"tree_filter": `eq(name, "child")`, "is_root": true}, []any{"first"}},
		"nulls":        {obj{"id": nil, "filter": nil, "cursor": nil, "trace": nil, "error": nil}, []any{"third", "second", "child", "first"}},
	} {
		c.query["session"] = []any{session}
		if got := collectEach(a.post("/api/v1/runs/query", c.query).list("runs"), "name"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	selected := a.post("/runs/query", obj{"session": []any{session}, "select": []string{"id", "tags"}, "limit": 1}).at("runs", 0).(obj)
	if _, inputs := selected["inputs"]; inputs {
		t.Errorf("inputs were not selected: %v", selected)
	}
	if _, tags := selected["tags"]; !tags {
		t.Errorf("tags were selected: %v", selected)
	}
	for body, want := range map[string]string{
		`{"session": ["1"]}`:         `"loc":["body","session",0]`,
		`{"session": "1"}`:           "list_type",
		`{"limit": 101}`:             "less_than_equal",
		`{"limit": 0}`:               "greater_than_equal",
		`{"select": ["everything"]}`: "enum",
		`{"order": "up"}`:            "enum",
		`{"run_type": "dream"}`:      "enum",
	} {
		a.call("POST", "/runs/query", body).refused(422, want)
	}
	here := func(extra obj) obj { extra["session"] = []any{session}; return extra }
	a.call("POST", "/runs/query", obj{}).refused(400, "session")
	a.call("POST", "/runs/query", here(obj{"filter": "x"})).refused(400, "Invalid filter")
	a.call("POST", "/runs/query", here(obj{"tree_filter": "x"})).refused(400, "Invalid tree_filter")
	a.call("POST", "/runs/query", here(obj{"cursor": "x"})).refused(400, "cursor")
	a.call("POST", "/runs/query", here(obj{"query": "failed runs"})).refused(400, "does not support")
}

func TestRunCursors(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	body := obj{"session": []any{sandbox.SampleProject(uuid.Nil, sandbox.ChatStaging)}, "is_root": true, "limit": 30}
	seen := make(map[any]bool)
	pages := 0
	for ; pages < 10; pages++ {
		r := a.post("/runs/query", body)
		for _, id := range collectEach(r.list("runs"), "id") {
			seen[id] = true
		}
		if body["cursor"] = r.at("cursors", "next"); body["cursor"] == nil {
			break
		}
	}
	if pages != 2 || len(seen) != 70 {
		t.Errorf("%d runs on %d pages", len(seen), pages+1)
	}
}

// chat returns the run of a conversation as a client ingests it.
func chat(session, id, said string) obj {
	return obj{
		"id": id, "trace_id": id, "name": "trace", "run_type": "chain", "session_id": session,
		"dotted_order": "20260316T115900000000Z" + id,
		"start_time":   "2026-03-16T11:59:00", "end_time": "2026-03-16T11:59:30Z",
		"inputs":  obj{"messages": []any{obj{"role": "user", "content": said}}},
		"outputs": obj{"messages": []any{obj{"role": "user", "content": said}, obj{"role": "assistant", "content": "Fine."}}},
		"extra":   obj{"metadata": obj{"thread_id": "t-" + id}},
	}
}

func TestIngestChats(t *testing.T) {
	t.Parallel()
	now := start
	a := newAPI(t, sandbox.Options{Empty: true, IngestDelay: 10 * time.Second, Now: func() time.Time { return now }})
	session := a.post("/sessions", obj{"name": "chats"}).text("id")
	var posts []any
	for i := range 20 {
		subject := []string{"my parcel is late and tracking stands still", "the password reset link expired"}[i%5/3] // 12 and 8
		id := uuid.NewSHA1(uuid.Nil, []byte{byte(i)}).String()
		posts = append(posts, chat(session, id, fmt.Sprintf("Hello, %s (%d)", subject, i)))
	}
	if r := a.post("/runs/batch", obj{"post": posts}); r.status != 202 {
		t.Errorf("status %d", r.status)
	}
	query := obj{"session": []string{session}}
	if n := len(a.post("/runs/query", query).list("runs")); n != 0 {
		t.Errorf("%d runs are visible at once", n)
	}
	first := posts[0].(obj)["id"].(string)
	a.call("GET", "/runs/"+first, nil).refused(404, "Run not found")
	now = now.Add(10 * time.Second)
	if n := len(a.post("/runs/query", query).list("runs")); n != 20 {
		t.Errorf("%d runs after ten seconds", n)
	}
	got := a.get("/runs/" + first)
	if got.text("thread_id") != "t-"+first || got.text("status") != "success" {
		t.Errorf("the run is %s", got.raw)
	}
	a.call("POST", "/runs/batch", obj{"post": posts[:1]}).refused(409, first)
	a.call("POST", "/api/v1/runs/batch", obj{"post": []any{posts[0], chat(session, uuid.NewString(), "new")}}).refused(409, first)
	if n := len(a.post("/runs/query", query).list("runs")); n != 20 {
		t.Errorf("a refused batch left %d runs", n)
	}
	a.post("/runs/batch", obj{"patch": []any{obj{"id": first, "error": "late trouble", "tags": []string{"t"}}}})
	if r := a.get("/runs/" + first); r.text("status") != "error" || r.text("inputs_preview") == "" {
		t.Errorf("the run is %s", r.raw)
	}
	// A job over the ingested runs.
	job := a.runJob("/sessions/"+session+"/insights", obj{"last_n_hours": 1, "user_context": obj{
		"How are your agent traces structured?": "chats", "What would you like to learn about your agent?": "parcels",
	}})
	want := []any{"My parcel is late and tracking stands still", "The password reset link expired"}
	if got := collectEach(job.list("clusters"), "name"); !slices.Equal(got, want) {
		t.Errorf("clusters %v, want %v", got, want)
	}
}

func TestIngestRefusals(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{Empty: true})
	session := a.post("/sessions", obj{"name": "chats"}).text("id")
	id := uuid.NewString()
	a.call("POST", "/runs/batch", `{"post": [{}]}`).refused(422, `"details":"/body/post/0/id"`)
	a.call("POST", "/runs/batch", `{"post": {}}`).refused(422, "/body/post")
	a.call("POST", "/runs/batch", `[]`).refused(422, "/body")
	a.call("POST", "/runs/batch", obj{"post": []any{obj{"id": id, "name": "x", "run_type": "dream"}}}).refused(422, "run_type")
	a.call("POST", "/runs/batch", obj{"post": []any{chat(uuid.NewString(), id, "x")}}).refused(422, "no such session")
	a.call("POST", "/runs/batch", obj{"post": []any{chat(session, id, "x"), chat(session, id, "y")}}).refused(409, id)
	a.call("POST", "/runs/batch", obj{"patch": []any{obj{"id": id}}}).refused(422, "no such run")
	var many []any
	for range 101 {
		many = append(many, chat(session, uuid.NewString(), "x"))
	}
	a.call("POST", "/runs/batch", obj{"post": many}).refused(422, "at most 100")
	// The name of a missing project creates it.
	a.post("/runs/batch", obj{"post": []any{obj{"id": id, "name": "x", "run_type": "chain", "session_name": "new one"}}})
	if got := collectEach(a.get("/sessions?sort_by=name").list(), "name"); !slices.Equal(got, []any{"new one", "chats"}) {
		t.Errorf("projects %v", got)
	}
	// Runs that are each other's parents do not cause an endless loop.
	b := uuid.NewString()
	c := uuid.NewString()
	a.post("/runs/batch", obj{"post": []any{
		obj{"id": b, "name": "b", "run_type": "chain", "session_id": session, "parent_run_id": c},
		obj{"id": c, "name": "c", "run_type": "chain", "session_id": session, "parent_run_id": b},
	}})
	a.get("/runs/" + b)
}
