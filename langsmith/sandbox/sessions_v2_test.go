package sandbox_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestListSessionsV2(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	for query, want := range map[string][]any{
		"?type=PROJECT":               {"chat-prod", "chat-staging"},
		"?type=AGENT":                 {"research-agent"},
		"?type=AGENT&type=EXPERIMENT": {"research-agent", "chat-regression-2"},
		"?name=chat-prod":             {"chat-prod"},
		"?name_contains=STAGING":      {"chat-staging"},
		"?name=nothing":               {},
		"?id=" + sandbox.SampleProject(uuid.Nil, sandbox.ChatProd).String(): {"chat-prod"},
	} {
		if got := collectEach(a.get("/api/v2/sessions"+query).list("items"), "name"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	with := a.get("/api/v2/sessions?name=chat-prod&include_stats=true").at("items", 0).(obj)
	if with["run_count"] != 451.0 || with["last_run_start_time"] == nil {
		t.Errorf("the project is %v", with)
	}
	next := url.Values{"page_size": {"3"}}
	var names []any
	for range 5 {
		page := a.get("/api/v2/sessions?" + next.Encode())
		names = append(names, collectEach(page.list("items"), "name")...)
		cursor, more := page.at("next_cursor").(string)
		if !more {
			break
		}
		next.Set("cursor", cursor)
	}
	if len(names) != 4 {
		t.Errorf("the pages have %v", names)
	}
	a.call("GET", "/api/v2/sessions?type=agent", nil).refused(422, "enum")
	a.call("GET", "/api/v2/sessions?page_size=1001", nil).refused(422, "less_than_equal")
	a.call("GET", "/api/v2/sessions?cursor=x", nil).refused(400, "cursor")
}

func TestResolveSession(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	const path = "/api/v1/sessions/resolutions"
	staging := a.s.AddProject(sandbox.Project{Name: "agent, staging", Agent: "research-agent", Environment: "STAGING"})
	experiment := sandbox.SampleProject(uuid.Nil, sandbox.Experiment).String()
	for query, want := range map[string]string{
		"?kind=AGENT&id=research-agent&environment=PRODUCTION": sandbox.SampleProject(uuid.Nil, sandbox.ResearchAgent).String(),
		"?kind=agent&id=research-agent&environment=production": sandbox.SampleProject(uuid.Nil, sandbox.ResearchAgent).String(),
		"?kind=AGENT&id=research-agent&environment=STAGING":    staging.String(),
		"?kind=EXPERIMENT&id=" + experiment:                    experiment,
	} {
		if got := a.get(path + query).text("session_id"); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{
		"?kind=AGENT&id=research-agent&environment=LOCAL", "?kind=AGENT&id=Research-Agent&environment=PRODUCTION",
		"?kind=EXPERIMENT&id=" + uuid.NewString(), "?kind=EVALUATOR",
	} {
		a.call("GET", path+query, nil).refused(404, "Session not found")
	}
	a.call("GET", path+"?kind=AGENT&id=research-agent", nil).refused(422, "enum")
	a.call("GET", path+"?id=research-agent", nil).refused(422, "enum")
}
