package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{Keys: []string{"good"}, OrgKeys: []string{"wide"}})
	a.with("X-Api-Key", "").call("GET", "/sessions", nil).refused(401, "detail")
	a.with("X-Api-Key", "bad").call("GET", "/sessions", nil).refused(403, "Forbidden")
	a.with("X-Api-Key", "good").get("/sessions")
	a.with("X-Api-Key", "wide").call("GET", "/sessions", nil).refused(403, `"org_scoped_key_requires_workspace"`)
	workspace := uuid.New()
	a.with("X-Api-Key", "wide").in(workspace).get("/sessions")
	bearer := a.with("X-Api-Key", "").with("Authorization", "Bearer good")
	bearer.call("GET", "/sessions", nil).refused(403, "org_scoped_key_requires_workspace")
	bearer.in(workspace).get("/sessions")
	a.with("X-Api-Key", "good").with("X-Tenant-Id", "mine").call("GET", "/sessions", nil).refused(422, "x-tenant-id")

	any := newAPI(t, sandbox.Options{})
	any.with("X-Api-Key", "whatever").get("/sessions")
	any.with("X-Api-Key", "").call("GET", "/sessions", nil).refused(401, "")
	newAPI(t, sandbox.Options{AllowAnonymous: true}).with("X-Api-Key", "").get("/sessions")
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	a.call("GET", "/", nil).refused(404, `{"detail":"Not Found"}`)
	a.call("GET", "/api/v3/sessions", nil).refused(404, `{"detail":"Not Found"}`)
	a.call("DELETE", "/api/v1/sessions", nil).refused(405, `{"detail":"Method Not Allowed"}`)
	if allow := a.call("DELETE", "/api/v1/sessions", nil).header.Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow %q", allow)
	}
	// configs is not a {job_id}: this is the path of a config, which has no GET.
	a.call("GET", insights(sandbox.ChatProd)+"/configs/"+uuid.NewString(), nil).refused(405, "")
}

func TestDateHeader(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	for _, path := range []string{"/sessions", "/nowhere"} {
		if got := a.call("GET", path, nil).header.Get("Date"); got != "Mon, 16 Mar 2026 12:00:00 GMT" {
			t.Errorf("%s: Date %q", path, got)
		}
	}
}

func TestWorkspacesAreIsolated(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	other := a.in(uuid.New())
	base := insights(sandbox.ChatProd)
	job := a.post(base, obj{}).text("id")
	config := a.post(base+"/configs", obj{"name": "c", "config": obj{}}).text("id")
	dataset := a.post("/datasets", obj{"name": "d"}).text("id")
	queue := a.post("/annotation-queues", obj{"name": "q"}).text("id")
	run := a.post("/runs/query", obj{"session": []any{sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)}, "limit": 1}).text("runs", 0, "id")

	for _, path := range []string{base, base + "/" + job, "/runs/" + run, "/annotation-queues/" + queue + "/runs", "/examples?dataset=" + dataset} {
		other.call("GET", path, nil).refused(404, "not found")
	}
	other.call("PATCH", base+"/configs/"+config, obj{}).refused(404, "not found")
	other.call("POST", "/annotation-queues/"+queue+"/runs", []string{run}).refused(404, "not found")
	for _, path := range []string{"/datasets?name=d", "/annotation-queues?name=q"} {
		if n := len(other.get(path).list()); n != 0 {
			t.Errorf("%s lists %d objects of another workspace", path, n)
		}
	}
	mine, theirs := collectEach(a.get("/sessions").list(), "id"), collectEach(other.get("/sessions").list(), "id")
	if len(theirs) != 4 || slices.ContainsFunc(theirs, func(id any) bool { return slices.Contains(mine, id) }) {
		t.Errorf("sessions %v and %v", mine, theirs)
	}
	// The default workspace, named explicitly.
	if named := collectEach(a.in(sandbox.DefaultWorkspace()).get("/sessions").list(), "id"); !slices.Equal(named, mine) {
		t.Errorf("named %v, unnamed %v", named, mine)
	}
}

func TestWorkspaceLists(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	other := uuid.New()
	a.in(other).get("/sessions")
	for _, path := range []string{"/workspaces", "/tenants"} {
		want := []any{sandbox.DefaultWorkspace().String(), other.String()}
		if got := collectEach(a.get(path).list(), "id"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
		a.call("GET", path+"?include_deleted=perhaps", nil).refused(422, "bool_parsing")
	}
	if got := collectEach(a.get("/workspaces/current/secrets").list(), "key"); !slices.Equal(got, []any{"OPENAI_API_KEY"}) {
		t.Errorf("secrets %v", got)
	}
	if got := newAPI(t, sandbox.Options{Secrets: []string{}}).get("/workspaces/current/secrets").list(); len(got) != 0 {
		t.Errorf("secrets %v", got)
	}
}

// Two sandboxes with the same clock return the same bytes for the same calls.
func TestDeterministicResponses(t *testing.T) {
	t.Parallel()
	walk := func(opts sandbox.Options) string {
		a := newAPI(t, opts)
		base := insights(sandbox.ChatProd)
		var said strings.Builder
		for _, r := range []reply{
			a.get("/sessions?include_stats=true"),
			a.post("/sessions", obj{"name": "mine"}),
			a.post(base+"/configs", obj{"name": "weekly", "config": obj{"hierarchy": []int{4}}}),
			a.runJob(base, obj{"attribute_schemas": obj{"resolved": obj{"type": "boolean"}}}),
			a.post("/datasets", obj{"name": "d"}),
			a.post("/annotation-queues", obj{"name": "q"}),
			a.post("/runs/query", obj{"session": []any{sandbox.SampleProject(uuid.Nil, sandbox.ResearchAgent)}}),
		} {
			said.Write(r.raw)
		}
		return said.String()
	}
	first := walk(sandbox.Options{})
	if second := walk(sandbox.Options{}); first != second {
		t.Error("the second sandbox responds differently")
	}
	if seeded := walk(sandbox.Options{Seed: "other"}); seeded == first {
		t.Error("another seed gives the same ids")
	}
}
