package doctor_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/doctor"
	"langsmith-insights-mcp/server/doctor/shape"
)

// liveProject is a project whose name must not be in the output.
const liveProject = "chat-prod"

// liveFixture is a sandbox with one of each thing on both generations of routes. A test can
// change its responses.
type liveFixture struct {
	box    *sandbox.Sandbox
	run    langsmith.Run
	change func(route string, response any)
	sent   []string

	restore func() // both generations of routes
}

func newLiveFixture(t *testing.T) *liveFixture {
	t.Helper()
	l := &liveFixture{box: sandbox.New(sandbox.Options{}), change: func(string, any) {}}
	client := langsmith.New(langsmith.Options{Credentials: langsmith.Credentials{APIKey: "lsv2_pt_doctor"}, Transport: l.box.RoundTripper()})
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	projects, err := client.ListProjects(ctx, langsmith.ProjectsQuery{Name: liveProject})
	must(err)
	project := projects[0].ID
	job, err := client.CreateInsightsJob(ctx, project, &langsmith.CreateInsightsJobRequest{})
	must(err)
	for status := langsmith.Status(""); !status.Done(); {
		report, err := client.GetJob(ctx, project, job.ID)
		must(err)
		status = report.Status
	}
	_, err = client.CreateConfig(ctx, project, &langsmith.CreateConfigRequest{Name: "secret config", Config: &langsmith.CreateInsightsJobRequest{}})
	must(err)
	page, err := client.QueryRuns(ctx, langsmith.RunsQuery{Project: project, RootsOnly: true, Fields: langsmith.SummaryFields(), Limit: 1})
	must(err)
	l.run = page.Runs[0]
	dataset, err := client.CreateDataset(ctx, "secret dataset", "")
	must(err)
	_, err = client.CreateExamples(ctx, []langsmith.NewExample{langsmith.ExampleFromRun(dataset.ID, l.run.ID)})
	must(err)
	queue, err := client.CreateQueue(ctx, "secret queue", "")
	must(err)
	_, err = client.AddQueueRuns(ctx, queue.ID, []langsmith.QueueRun{{RunID: l.run.ID, ProjectID: project, StartTime: l.run.StartTime.Time}}, false)
	must(err)
	return l
}

// serve sets the generation of routes that the sandbox serves.
func (l *liveFixture) serve(routes sandbox.Routes) {
	if l.restore != nil {
		l.restore()
	}
	l.restore = l.box.Inject(sandbox.Fault{Routes: routes})
}

var idInPath = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// RoundTrip returns the sandbox's response, changed by the test.
func (l *liveFixture) RoundTrip(request *http.Request) (*http.Response, error) {
	route := request.Method + " " + strings.TrimPrefix(idInPath.ReplaceAllString(request.URL.Path, "{id}"), "/api/v1")
	l.sent = append(l.sent, route)
	recorder := httptest.NewRecorder()
	l.box.ServeHTTP(recorder, request)
	var response any
	if err := json.Unmarshal(recorder.Body.Bytes(), &response); err != nil {
		return nil, err
	}
	l.change(route, response)
	body, err := json.Marshal(response)
	recorder.Body = bytes.NewBuffer(body)
	return recorder.Result(), err
}

// read runs the live checks and prints them.
func (l *liveFixture) read(t *testing.T, project string) ([]doctor.Check, string) {
	t.Helper()
	l.sent = nil
	endpoint, err := langsmith.ParseEndpoint("https://secret.example.com/api")
	if err != nil {
		t.Fatal(err)
	}
	checks, _ := doctor.RunLive(t.Context(), langsmith.Options{
		Endpoint: endpoint, Credentials: langsmith.Credentials{APIKey: "lsv2_pt_doctor"}, Transport: l,
	}, project)
	var printed strings.Builder
	doctor.PrintLive(&printed, checks, "1.2.3", endpoint)
	for _, content := range []string{liveProject, "secret", "lsv2_pt_doctor", l.run.ID.String(), l.run.Name} {
		if strings.Contains(printed.String(), content) {
			t.Errorf("%q is shown:\n%s", content, printed.String())
		}
	}
	for _, sent := range l.sent {
		if !strings.HasPrefix(sent, "GET ") && !strings.HasSuffix(sent, "/runs/query") {
			t.Errorf("%s may change something", sent)
		}
	}
	return checks, printed.String()
}

// The sandbox's responses are as expected with both generations of routes and with each.
func TestLive(t *testing.T) {
	l := newLiveFixture(t)
	older := []string{"POST /runs/query", "GET /annotation-queues/{id}/runs"} // used only without their successors
	for _, routes := range []sandbox.Routes{sandbox.RoutesBoth, sandbox.RoutesV1, sandbox.RoutesV2} {
		l.serve(routes)
		checks, printed := l.read(t, liveProject)
		for _, check := range checks {
			if check.Status != doctor.OK && check.Name != "deprecations" {
				t.Errorf("%s: %+v", routes, check)
			}
			if gone := strings.HasSuffix(check.Found, "; it is not served"); gone != (check.Name == "one run by its older route" && routes == sandbox.RoutesV2) {
				t.Errorf("%s: %+v", routes, check)
			}
		}
		if !strings.HasPrefix(printed, "The responses of a self-hosted LangSmith, compared with what langsmith-insights-mcp 1.2.3 expects") ||
			!strings.HasSuffix(printed, "All responses are as expected.\n") {
			t.Errorf("%s:\n%s", routes, printed)
		}
		for _, route := range shape.Routes() {
			if slices.Contains(l.sent, route) != (!slices.Contains(older, route) || routes == sandbox.RoutesV1) {
				if routes != sandbox.RoutesV1 || !strings.Contains(route, "v2") && !strings.Contains(route, "platform") {
					t.Errorf("%s: requests to %s: %v", routes, route, slices.Contains(l.sent, route))
				}
			}
		}
	}
}

// firstObject returns the first object with fixed fields in a response; nil for none.
func firstObject(response any) map[string]any {
	if object, ok := response.(map[string]any); ok {
		for _, key := range []string{"clustering_jobs", "configs", "runs", "items"} {
			if list, ok := object[key].([]any); ok {
				return firstObject(list)
			}
		}
		return object
	}
	if list, ok := response.([]any); ok && len(list) > 0 {
		return firstObject(list[0])
	}
	return nil
}

// A changed response is reported with its route, and no other response is.
func TestLiveWithChangedResponses(t *testing.T) {
	l := newLiveFixture(t)
	attributes := []string{"GET /sessions/{id}/insights/{id}/runs", "GET /annotation-queues/{id}/runs"} // their objects may have any field
	for _, route := range shape.Routes() {
		l.serve(sandbox.RoutesBoth)
		if route == "POST /runs/query" || route == "GET /annotation-queues/{id}/runs" {
			l.serve(sandbox.RoutesV1)
		}
		changes := 0
		for _, c := range []struct {
			want   string
			change func(object map[string]any) bool // reports whether it changed the object
		}{
			{`"brand_new": unknown, an array`, func(object map[string]any) bool {
				object["brand_new"] = []any{"secret"}
				return !slices.Contains(attributes, route)
			}},
			{"id: missing", func(object map[string]any) bool { return remove(object, "id") }},
			{"count: missing", func(object map[string]any) bool { return remove(object, "count") }},
			{"count: a boolean instead of a whole number", func(object map[string]any) bool { return replace(object, "count", true) }},
			{"id: a boolean instead of a UUID", func(object map[string]any) bool {
				return replace(object, "id", true) && !strings.HasSuffix(route, "/configs")
			}},
			{`status: the unknown value "paused"`, func(object map[string]any) bool { return replace(object, "status", "paused") }},
		} {
			changed := false
			l.change = func(requested string, response any) {
				if object := firstObject(response); requested == route && object != nil {
					changed = c.change(object) || changed
				}
			}
			checks, printed := l.read(t, liveProject)
			if !changed {
				continue
			}
			changes++
			if !strings.Contains(printed, route+": ") || !strings.Contains(printed, c.want) {
				t.Errorf("%s of %s is not reported:\n%s", c.want, route, printed)
			}
			for _, check := range checks {
				for line := range strings.Lines(check.Do) {
					if strings.Contains(line, "{id}: ") && !strings.HasPrefix(line, route+": ") {
						t.Errorf("%s of %s is reported for another route: %s", c.want, route, line)
					}
				}
			}
		}
		if changes < 2 {
			t.Errorf("%s was changed %d times", route, changes)
		}
	}
}

func remove(object map[string]any, name string) bool {
	_, ok := object[name]
	delete(object, name)
	return ok
}

func replace(object map[string]any, name string, value any) bool {
	_, ok := object[name]
	if ok {
		object[name] = value
	}
	return ok
}

// A refused read and a missing project are reported without LangSmith's message.
func TestLiveWithFailedReads(t *testing.T) {
	l := newLiveFixture(t)
	checks, printed := l.read(t, "no such secret project")
	if checks[0].Status != doctor.Failed || checks[1].Status != doctor.Skipped || !strings.Contains(printed, "There is no project of that name.") {
		t.Errorf("%s", printed)
	}
	l.box.Inject(sandbox.Fault{Path: "/annotation-queues", Status: http.StatusForbidden, Body: `{"detail":"secret"}`})
	checks, printed = l.read(t, liveProject)
	if !strings.Contains(printed, "note  queues: GET /annotation-queues 403\n      LangSmith answered 403: run doctor without --live.") || !doctor.IsHealthy(checks) {
		t.Errorf("%s", printed)
	}
	if want := "note  deprecations: GET /runs/{id} ends on 2027-01-31, see /api/v2/runs/{run_id}"; !strings.Contains(printed, want) {
		t.Errorf("%q is not in\n%s", want, printed)
	}
	empty := &liveFixture{box: sandbox.New(sandbox.Options{Empty: true}), change: func(string, any) {}, run: langsmith.Run{ID: uuid.Max, Name: "secret"}}
	empty.box.AddProject(sandbox.Project{Name: "shop"})
	if checks, printed = empty.read(t, "shop"); !doctor.IsHealthy(checks) || !strings.Contains(printed, "runs of the report: not read: the project has no job") {
		t.Errorf("%s", printed)
	}
}
