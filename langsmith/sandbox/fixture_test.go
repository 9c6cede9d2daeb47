package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func TestJobFixtures(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)
	base := insights(sandbox.ChatProd)

	scripted := base + "/" + a.s.AddJob(session, sandbox.Job{Name: "scripted", Statuses: []string{"pending", "materializing", "failed"}}).String()
	for _, want := range []string{"pending", "materializing", "failed", "failed"} {
		if got := a.get(scripted).text("status"); got != want {
			t.Errorf("status %s, want %s", got, want)
		}
	}
	stuck := base + "/" + a.s.AddJob(session, sandbox.Job{Status: "running"}).String()
	for range 5 {
		if got := a.get(stuck); got.text("status") != "running" || got.at("report") != nil {
			t.Errorf("the job is %s", got.raw)
		}
	}
	missing := uuid.New()
	odd := a.s.AddJob(session, sandbox.Job{
		Name: "odd", CreatedAt: start.Add(-time.Hour), Report: &sandbox.Report{},
		Clusters: []sandbox.Cluster{
			{ID: uuid.New(), ParentID: &missing, Name: "orphan", Stats: map[string]any{}},
			{ID: uuid.New(), Name: "bare", Extra: map[string]any{"stats": nil, "colour": "red"}},
		},
		Extra: map[string]any{"created_at": "2026-03-16T11:00:00", "tenant": 5, "shape": sandbox.Omit()},
	})
	// The OpenAPI document does not have the extra fields.
	r := a.getUnrecorded(base + "/" + odd.String())
	if r.text("created_at") != "2026-03-16T11:00:00" || r.at("tenant") != 5.0 || r.at("clusters", 1, "colour") != "red" ||
		r.at("clusters", 1, "stats") != nil || r.text("clusters", 0, "parent_id") != missing.String() {
		t.Errorf("the job is %s", r.raw)
	}
	if _, there := r.value.(obj)["shape"]; there {
		t.Errorf("shape is not omitted: %s", r.raw)
	}
	if n := a.s.JobsStarted(); n != 0 {
		t.Errorf("fixtures count as %d started jobs", n)
	}
}

func TestProjectFixtures(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	workspace := uuid.New()
	long := strings.Repeat("x", 20_000)
	dataset := uuid.New()
	id := a.s.AddProject(sandbox.Project{
		Workspace: workspace, Name: "\u202e<b>odd</b>\n", Description: "d", ReferenceDataset: &dataset,
		Runs: []trace.Run{{Inputs: map[string]any{"text": long}, Error: "boom"}},
	})
	there := a.in(workspace)
	run := there.post("/runs/query", obj{"session": []any{id}}).at("runs", 0).(obj)
	if run["status"] != "error" || run["inputs"].(obj)["text"] != long || run["name"] != "trace" {
		t.Errorf("%.300v", run)
	}
	if got := there.get("/sessions/" + id.String()); got.text("reference_dataset_id") != dataset.String() {
		t.Errorf("the project is %s", got.raw)
	}
	a.call("GET", "/sessions/"+id.String(), nil).refused(404, "Session not found")
	if jobs := a.s.Jobs(uuid.Nil, id); jobs != nil {
		t.Errorf("the jobs of another workspace's project: %v", jobs)
	}
	defer func() {
		if recover() == nil {
			t.Error("a job was added to a missing project")
		}
	}()
	a.s.AddJob(uuid.New(), sandbox.Job{})
}
