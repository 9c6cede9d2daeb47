package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestListSessions(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	chat := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd).String()
	for query, want := range map[string][]any{
		"?sort_by=name":                           {"research-agent", "chat-staging", "chat-regression-2", "chat-prod"},
		"?sort_by=name&sort_by_desc=false":        {"chat-prod", "chat-regression-2", "chat-staging", "research-agent"},
		"?sort_by=runs_count&reference_free=true": {"chat-prod", "research-agent", "chat-staging"},
		"?reference_free=false":                   {"chat-regression-2"},
		"?name=chat-prod":                         {"chat-prod"},
		"?name=chat":                              {},
		"?name_contains=CHAT&reference_free=true&sort_by=name&sort_by_desc=false": {"chat-prod", "chat-staging"},
		"?name_contains=nobody":                  {},
		"?id=" + chat:                            {"chat-prod"},
		"?sort_by=name&limit=1&offset=3":         {"chat-prod"},
		"?offset=4":                              {},
		"?reference_dataset=" + uuid.NewString(): {},
	} {
		if got := collectEach(a.get("/api/v1/sessions"+query).list(), "name"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for _, by := range []string{"start_time", "last_run_start_time", "latency_p50", "latency_p99", "error_rate", "feedback"} {
		if n := len(a.get("/sessions?sort_by=" + by).list()); n != 4 {
			t.Errorf("sorted by %s: %d", by, n)
		}
	}
	a.call("GET", "/sessions?sort_by=colour", nil).refused(422, "'name', 'start_time'")
	a.call("GET", "/sessions?limit=500", nil).refused(422, "less_than_equal")
	a.call("GET", "/sessions?id=1", nil).refused(422, `"loc":["query","id",0]`)
}

func TestSessionFigures(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	path := "/sessions/" + sandbox.SampleProject(uuid.Nil, sandbox.ChatProd).String()
	bare := a.get(path).value.(obj)
	if _, hasCount := bare["run_count"]; hasCount {
		t.Errorf("figures that were not requested: %v", bare)
	}
	r := a.get(path + "?include_stats=true")
	if r.at("run_count").(float64) < 400 || r.at("error_rate").(float64) < 0.05 || r.at("latency_p50").(float64) < 2 ||
		!strings.HasPrefix(r.text("total_cost"), "1.") || r.text("last_run_start_time") == "" {
		t.Errorf("the project is %s", r.raw)
	}
	if r.text("tenant_id") != sandbox.DefaultWorkspace().String() {
		t.Errorf("tenant %s", r.text("tenant_id"))
	}
	a.call("GET", "/sessions/"+uuid.NewString(), nil).refused(404, "Session not found")
	a.call("GET", "/sessions/x", nil).refused(422, "uuid_parsing")

	id := a.s.AddProject(sandbox.Project{Name: "quiet"})
	quiet := a.get("/sessions/" + id.String() + "?include_stats=true")
	if quiet.at("run_count") != 0.0 || quiet.at("error_rate") != nil || quiet.at("total_cost") != nil {
		t.Errorf("figures of a project without runs: %s", quiet.raw)
	}
}

func TestCreateSession(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{Empty: true})
	if n := len(a.get("/sessions").list()); n != 0 {
		t.Errorf("%d projects in an empty sandbox", n)
	}
	id := a.post("/sessions", obj{"name": "chats", "description": "d", "extra": obj{"a": 1}, "start_time": "2026-03-01T00:00:00Z"}).text("id")
	if got := a.get("/sessions/" + id).text("description"); got != "d" {
		t.Errorf("description %q", got)
	}
	a.call("POST", "/sessions", obj{"name": "chats"}).refused(409, "already exists")
	if got := a.post("/sessions?upsert=true", obj{"name": "chats"}).text("id"); got != id {
		t.Errorf("upsert created %s", got)
	}
	own := uuid.NewString()
	if got := a.post("/sessions", obj{"name": "own", "id": own}).text("id"); got != own {
		t.Errorf("id %s", got)
	}
	a.call("POST", "/sessions", obj{"name": "other", "id": own}).refused(409, "already exists")
	a.call("POST", "/sessions", obj{"name": "x", "start_time": "2026-03-01"}).refused(422, "datetime_parsing")
	a.call("POST", "/sessions", obj{"name": 1}).refused(422, "string_type")
	a.call("POST", "/sessions", obj{"name": "x", "trace_tier": "forever"}).refused(422, "enum")
}
