package langsmith_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

func endpoint(t *testing.T, text string) langsmith.Endpoint {
	t.Helper()
	e, err := langsmith.ParseEndpoint(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

func TestEndpointForms(t *testing.T) {
	const europe, selfHosted = "https://eu.api.smith.langchain.com", "https://smith.example.com"
	for _, c := range []struct{ given, api, web string }{
		{"", "https://api.smith.langchain.com", "https://smith.langchain.com"},
		{"  https://api.smith.langchain.com \n", "https://api.smith.langchain.com", "https://smith.langchain.com"},
		{"https://apac.api.smith.langchain.com", "https://apac.api.smith.langchain.com", "https://apac.smith.langchain.com"},
		{"https://aws.api.smith.langchain.com/", "https://aws.api.smith.langchain.com", "https://aws.smith.langchain.com"},
		{europe, europe, "https://eu.smith.langchain.com"},
		{europe + "/", europe, "https://eu.smith.langchain.com"},
		{europe + "//", europe, "https://eu.smith.langchain.com"},
		{europe + "/api", europe, "https://eu.smith.langchain.com"},
		{europe + "/api/", europe, "https://eu.smith.langchain.com"},
		{europe + "/api/v1", europe, "https://eu.smith.langchain.com"},
		{europe + "/api/v1/", europe, "https://eu.smith.langchain.com"},
		{"HTTPS://EU.API.Smith.LangChain.com:443/api", europe, "https://eu.smith.langchain.com"},
		{selfHosted, selfHosted, selfHosted},
		{selfHosted + "/api", selfHosted, selfHosted},
		{selfHosted + "/api/v1/", selfHosted, selfHosted},
		{"https://example.com/langsmith/api/v1", "https://example.com/langsmith", "https://example.com/langsmith"},
		{"https://example.com/v1", "https://example.com/v1", "https://example.com/v1"},
		{"http://127.0.0.1:1984", "http://127.0.0.1:1984", "http://127.0.0.1:1984"},
		{"http://localhost:80/api", "http://localhost", "http://localhost"},
		{"http://[::1]:1984/api", "http://[::1]:1984", "http://[::1]:1984"},
		{"http://[::1]", "http://[::1]", "http://[::1]"},
	} {
		e := endpoint(t, c.given)
		if e.String() != c.api {
			t.Errorf("%q has the API %s, want %s", c.given, e, c.api)
		}
		run := c.web + "/o/11111111-1111-4111-8111-111111111111/projects/p/22222222-2222-4222-8222-222222222222"
		if got := e.ProjectURL(project, job); got != run {
			t.Errorf("%q has the run's URL %s, want %s", c.given, got, run)
		}
	}
}

func TestInvalidEndpoints(t *testing.T) {
	const password = "hunter2secret"
	for _, given := range []string{
		"api.smith.langchain.com", "localhost:1984", "ftp://example.com", "https://", "https:///api", "https:example.com",
		"https://user:" + password + "@example.com", "https://example.com?key=" + password, "https://example.com#" + password,
		"https://example.com:", "https://example.com:0", "https://example.com:99999", "https://example.com:12ab",
		"https://exa mple.com", "://" + password, "https://[::1", "%" + password, "\x00" + password,
	} {
		e, err := langsmith.ParseEndpoint(given)
		if err == nil || !e.IsZero() {
			t.Errorf("%q is accepted as %s", given, e)
			continue
		}
		if text := err.Error(); strings.Contains(text, password) || strings.Contains(text, "\n") {
			t.Errorf("%q: the error contains a possible secret or a line break: %s", given, text)
		}
	}
}

func TestRegions(t *testing.T) {
	for _, region := range langsmith.Regions() {
		if !endpoint(t, region+"/api/v1/").IsRegion() {
			t.Errorf("%s is not one of LangSmith's regions", region)
		}
	}
	for _, given := range []string{
		"http://api.smith.langchain.com", "https://api.smith.langchain.com:8443", "https://api.smith.langchain.com/other",
		"https://evil.api.smith.langchain.com", "https://api.smith.langchain.com.evil.example", "https://smith.example.com",
	} {
		if endpoint(t, given).IsRegion() {
			t.Errorf("%s is accepted as one of LangSmith's regions", given)
		}
	}
	langsmith.Regions()[0] = "https://evil.example"
	if slices.Contains(langsmith.Regions(), "https://evil.example") {
		t.Error("changing the returned list changes the regions")
	}
}

func TestWebLinks(t *testing.T) {
	e := endpoint(t, "https://eu.api.smith.langchain.com/api")
	const inProject = "https://eu.smith.langchain.com/o/33333333-3333-4333-8333-333333333333/projects/p/11111111-1111-4111-8111-111111111111"
	if got, want := e.JobURL(other, project, job), inProject+"?tab=3&clusterJobId=22222222-2222-4222-8222-222222222222"; got != want {
		t.Errorf("the job's URL is %s, want %s", got, want)
	}
	if got, want := e.RunURL(other, project, job), inProject+"/r/22222222-2222-4222-8222-222222222222?poll=true"; got != want {
		t.Errorf("the run's URL is %s, want %s", got, want)
	}
}

// Every form of an endpoint gives the same paths. Only ingestion is outside /api/v1, on
// hosts that serve nothing but the API.
func TestRequestURLs(t *testing.T) {
	for _, c := range []struct{ given, jobs, batch string }{
		{"", "https://api.smith.langchain.com/api/v1/sessions", "https://api.smith.langchain.com/runs/batch"},
		{"https://eu.api.smith.langchain.com/api/v1", "https://eu.api.smith.langchain.com/api/v1/sessions", "https://eu.api.smith.langchain.com/runs/batch"},
		{"https://smith.example.com/api", "https://smith.example.com/api/v1/sessions", "https://smith.example.com/api/v1/runs/batch"},
		{"https://smith.example.com", "https://smith.example.com/api/v1/sessions", "https://smith.example.com/api/v1/runs/batch"},
		{"https://example.com/sub/api", "https://example.com/sub/api/v1/sessions", "https://example.com/sub/api/v1/runs/batch"},
		{"http://127.0.0.1:1984", "http://127.0.0.1:1984/api/v1/sessions", "http://127.0.0.1:1984/api/v1/runs/batch"},
	} {
		langSmith := newUpstream(newReply(http.StatusOK, `[]`), newReply(http.StatusAccepted, `{}`))
		caller := langsmith.New(langsmith.Options{Endpoint: endpoint(t, c.given), Anonymous: true, Transport: langSmith})
		if _, err := caller.ListProjects(t.Context(), langsmith.ProjectsQuery{}); err != nil {
			t.Fatal(err)
		}
		if _, err := caller.IngestTraces(t.Context(), []langsmith.NewTrace{sampleTrace()}); err != nil {
			t.Fatal(err)
		}
		sent := langSmith.requests()
		if got := strings.TrimSuffix(sent[0].url, "?reference_free=true"); got != c.jobs {
			t.Errorf("%q: projects are requested at %s, want %s", c.given, got, c.jobs)
		}
		if got := sent[1].url; got != c.batch {
			t.Errorf("%q: runs are sent to %s, want %s", c.given, got, c.batch)
		}
	}
}
