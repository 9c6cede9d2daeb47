package sandbox_test

import (
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

type route struct {
	method, path string
	body         any
}

func TestRoutesOfOneGeneration(t *testing.T) {
	t.Parallel()
	session := sandbox.SampleProject(uuid.Nil, sandbox.ResearchAgent).String()
	id := uuid.NewString()
	older := []route{
		{"POST", "/api/v1/runs/query", obj{"session": []string{session}}},
		{"GET", "/api/v1/runs/" + id, nil},
		{"GET", "/runs/" + id, nil},
		{"POST", "/api/v1/annotation-queues/" + id + "/runs", []string{}},
		{"GET", "/api/v1/annotation-queues/" + id + "/runs", nil},
	}
	newer := []route{
		{"POST", "/api/v2/runs/query", obj{"project_ids": []string{session}}},
		{"GET", "/api/v2/runs/" + id + "?project_id=" + session, nil},
		{"GET", "/api/v2/runs/" + id + "/url?project_id=" + session + "&trace_id=" + id, nil},
		{"GET", "/api/v2/sessions", nil},
		{"GET", "/api/v1/sessions/resolutions?kind=AGENT&id=research-agent&environment=PRODUCTION", nil},
		{"POST", "/api/v1/platform/annotation-queues/" + id + "/items", obj{"items": []obj{}}},
		{"GET", "/api/v1/platform/annotation-queues/" + id + "/items?status=archived", nil},
		{"GET", "/api/v1/platform/annotation-queues/" + id + "/items/count?status=all", nil},
	}
	for _, c := range []struct {
		routes                 sandbox.Routes
		olderServed, newServed bool
		flags                  [2]bool
	}{
		{"", true, true, [2]bool{true, true}},
		{sandbox.RoutesBoth, true, true, [2]bool{true, true}},
		{sandbox.RoutesV1, true, false, [2]bool{true, false}},
		{sandbox.RoutesV2, false, true, [2]bool{false, true}},
	} {
		a := newAPI(t, sandbox.Options{Routes: c.routes})
		served := func(r route) bool {
			answer := a.call(r.method, r.path, r.body)
			return answer.status != 501 && !(answer.status == 404 && answer.at("detail") == "Not Found")
		}
		for _, r := range older {
			if served(r) != c.olderServed {
				t.Errorf("%q: %s %s is served: %v", c.routes, r.method, r.path, !c.olderServed)
			}
		}
		for _, r := range newer {
			if served(r) != c.newServed {
				t.Errorf("%q: %s %s is served: %v", c.routes, r.method, r.path, !c.newServed)
			}
		}
		info := a.with("X-Api-Key", "").get("/api/v1/info")
		if got := [2]bool{info.at("instance_flags", "ch_query_enabled").(bool), info.at("instance_flags", "sdb_query_enabled").(bool)}; got != c.flags {
			t.Errorf("%q: flags %v", c.routes, got)
		}
	}
}

func TestDeprecatedRoutes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ResearchAgent).String()
	r := a.post("/api/v1/runs/query", obj{"session": []string{session}, "limit": 1})
	if r.header.Get("Sunset") != "Sun, 31 Jan 2027 00:00:00 GMT" || r.header.Get("Deprecation") == "" ||
		r.header.Get("Link") != `</api/v2/runs/query>; rel="successor-version"` {
		t.Errorf("headers %v", r.header)
	}
	for _, path := range []string{"/api/v1/sessions", "/api/v2/sessions"} {
		if r := a.get(path); r.header.Get("Sunset") != "" || r.header.Get("Deprecation") != "" {
			t.Errorf("%s is deprecated: %v", path, r.header)
		}
	}
}

// During a migration, different requests may be served by different generations.
func TestRoutesOfSingleRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ResearchAgent).String()
	a.s.Inject(sandbox.Fault{Path: "/runs/query$", Skip: 1, Times: 1, Routes: sandbox.RoutesV2})
	a.s.Inject(sandbox.Fault{Path: "/runs/query$", Skip: 1, Times: 1, Routes: sandbox.RoutesV1})
	for _, want := range []int{200, 501, 200} {
		if got := a.call("POST", "/api/v1/runs/query", obj{"session": []string{session}, "limit": 1}).status; got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
	if got := a.call("POST", "/api/v2/runs/query", obj{"project_ids": []string{session}}).status; got != 200 {
		t.Errorf("status %d", got)
	}
}

func TestParseRoutes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"v1", "v2", "both"} {
		if got, err := sandbox.ParseRoutes(text); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "V1", "v3"} {
		if got, err := sandbox.ParseRoutes(text); err == nil {
			t.Errorf("%q is accepted as %q", text, got)
		}
	}
}
