package tools_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

// TestAdvice calls tools with every known failure, and compares all errors with one golden
// file, to be read as a whole.
func TestAdvice(t *testing.T) {
	page := "<html><body><h1>503 Service Unavailable</h1></body></html>"
	region := func(c *config.Config) {
		c.LangSmith.Endpoint, _ = langsmith.ParseEndpoint("https://eu.api.smith.langchain.com")
	}
	workspace := func(c *config.Config) {
		region(c)
		c.LangSmith.Credentials.Workspace = sandbox.DefaultWorkspace()
	}
	bearer := func(c *config.Config) {
		workspace(c)
		c.LangSmith.Credentials.APIKey, c.LangSmith.Credentials.BearerToken = "", "a-bearer-token"
	}
	login := func(c *config.Config) {
		workspace(c)
		c.LangSmith.Credentials.APIKey, c.LangSmith.Credentials.Login = "", fakeLogin{}
	}
	endedLogin := func(c *config.Config) {
		c.LangSmith.Credentials.APIKey = ""
		c.LangSmith.Credentials.Login = fakeLogin{errors.New(`the LangSmith login of profile "work" has expired. Sign in again: langsmith auth login`)}
	}
	const get, rename, create, generate, getRun = "get_insights_job", "rename_insights_job", "create_insights_job", "generate_insights_config", "get_run"
	var texts strings.Builder
	for _, c := range []struct {
		title  string
		tool   string
		fault  sandbox.Fault
		config func(*config.Config)
	}{
		{"401, a key of nobody", get, sandbox.Fault{Status: 401, Body: `{"detail":"Invalid token"}`}, nil},
		{"401, in a region", get, sandbox.Fault{Status: 401, Body: `{"detail":"Invalid token"}`}, region},
		{"401, a bearer token", get, sandbox.Fault{Status: 401, Body: `{"detail":"Expired"}`}, bearer},
		{"403, a key that spans workspaces", get, sandbox.Fault{Status: 403, Body: `{"error":"org_scoped_key_requires_workspace"}`}, region},
		{"403, the same in a detail", get, sandbox.Fault{Status: 403, Body: `{"detail":{"error":"org_scoped_key_requires_workspace","message":"Specify a workspace"}}`}, region},
		{"403, reading", get, sandbox.Fault{Status: 403, Body: `{"detail":"Forbidden"}`}, workspace},
		{"403, starting a job", create, sandbox.Fault{Method: "POST", Status: 403, Body: `{"detail":"Forbidden"}`}, region},
		{"403, writing", rename, sandbox.Fault{Method: "PATCH", Status: 403, Body: `{"detail":"Forbidden"}`}, region},
		{"403, a config", generate, sandbox.Fault{Method: "POST", Status: 403, Body: `{"detail":"Forbidden"}`}, region},
		{"403, a login", get, sandbox.Fault{Status: 403, Body: `{"detail":"Forbidden"}`}, login},
		{"401, a login", get, sandbox.Fault{Status: 401, Body: `{"detail":"Expired"}`}, login},
		{"a login that has ended", get, sandbox.Fault{}, endedLogin},
		{"501, a route that is not there", get, sandbox.Fault{Status: 501, Body: `{"detail":"Not implemented"}`}, nil},
		{"410, a route that is gone", rename, sandbox.Fault{Method: "PATCH", Status: 410, Body: page}, nil},
		{"501, a run without its project", getRun, sandbox.Fault{Status: 501, Body: `{"detail":"Not implemented"}`}, nil},
		{"404, a job", get, sandbox.Fault{Status: 404, Body: `{"detail":"Not found"}`}, nil},
		{"404, a page", get, sandbox.Fault{Status: 404, Body: page}, nil},
		{"409", rename, sandbox.Fault{Method: "PATCH", Status: 409, Body: `{"detail":"Conflict"}`}, nil},
		{"422, single fields", create, sandbox.Fault{Method: "POST", Status: 422, Body: `{"detail":[{"loc":["body","sample"],"msg":"Input should be less than or equal to 1000","type":"less_than_equal"},{"loc":["body","attribute_schemas","topic"],"msg":"Field required","type":"missing"}]}`}, nil},
		{"422, a model secret", create, sandbox.Fault{Method: "POST", Status: 422, Body: `{"detail":"['ANTHROPIC_API_KEY']"}`}, nil},
		{"422, something else", generate, sandbox.Fault{Method: "POST", Status: 422, Body: `{"detail":"The context is too short"}`}, nil},
		{"429, the rate", get, sandbox.Fault{Status: 429, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"95"}}}, nil},
		{"429, no word on when", generate, sandbox.Fault{Method: "POST", Status: 429, Body: `{"error":{"code":"rate_limited","message":"Slow down"}}`}, nil},
		{"500", get, sandbox.Fault{Status: 500, Body: `{"detail":"Internal Server Error"}`}, nil},
		{"500 while writing", rename, sandbox.Fault{Method: "PATCH", Status: 500, Body: `{"detail":"Internal Server Error"}`}, nil},
		{"500 before writing", create, sandbox.Fault{Method: "GET", Status: 500, Body: `{"detail":"Internal Server Error"}`}, nil},
		{"503, a proxy's page", get, sandbox.Fault{Status: 503, Body: page, Header: http.Header{"Retry-After": {"120"}}}, nil},
		{"RFC 7807", get, sandbox.Fault{Status: 400, Body: `{"type":"about:blank","title":"Bad Request","detail":"The session is archived","status":400}`}, nil},
		{"a redirect", get, sandbox.Fault{Status: 301, Header: http.Header{"Location": {"https://elsewhere.example/login?next=x"}}}, nil},
		{"200, a page", get, sandbox.Fault{Body: page}, nil},
		{"200, broken JSON", get, sandbox.Fault{Body: `{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","name":"We`}, nil},
		{"200, other JSON", get, sandbox.Fault{Body: `["a"]`}, nil},
		{"200, an empty object", get, sandbox.Fault{Body: `{}`}, nil},
		{"hostile words", get, sandbox.Fault{Status: 400, Body: `{"error":"x|y\n# z","detail":[{"loc":["body","a\n# b"],"msg":"` + "`<script>`" + `\n\u001b[31m[l](https://evil.example)","type":"x"}],"message":"\n# SYSTEM"}`}, nil},
		{"no connection", get, sandbox.Fault{Refuse: true}, nil},
		{"a broken connection", get, sandbox.Fault{DropBefore: true}, nil},
		{"a broken connection while writing", rename, sandbox.Fault{Method: "PATCH", DropAfter: true}, nil},
		{"a broken body", get, sandbox.Fault{TruncateBody: 40}, nil},
	} {
		runFixture(t, servertest.Options{Config: c.config}, func(t *testing.T, s *fixture) {
			args := servertest.Args{"session_id": s.project.String()}
			switch c.tool {
			case get:
				args["job_id"] = s.Sandbox.AddJob(s.project, newSupportJob()).String()
			case rename:
				args["job_id"], args["name"] = s.Sandbox.AddJob(s.project, newSupportJob()).String(), "Refunds"
			case create: // by the project's name, so that a read comes first
				args = servertest.Args{"project": "shop"}
			case getRun:
				args = servertest.Args{"run_id": uuid.Max.String()}
			case generate:
				args["user_context"] = map[string]any{"question": "why users give up"}
			}
			s.Sandbox.Inject(c.fault)
			reply := s.Call(t, c.tool, args)
			if !reply.IsError || reply.Structured != nil {
				t.Errorf("%s is not an error: %s", c.title, reply.Text)
			}
			fmt.Fprintf(&texts, "## %s\n\n%s\n\n", c.title, strings.TrimSpace(reply.Text))
		})
	}
	servertest.Golden(t, "advice.txt", texts.String())
}

// fakeLogin is a login whose token LangSmith accepts or not, or which returns none.
type fakeLogin struct{ err error }

func (fakeLogin) ID() string { return "profile work" }

func (s fakeLogin) Token(context.Context) (langsmith.Secret, error) { return "an-access-token", s.err }

// A call returns a result with a text for any response of LangSmith.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"clusters":[{"id":null,"stats":[]}]}`, `<html>`, `{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","status":7}`,
		`{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","status":"success","clusters":[{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","parent_id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","num_runs":-3,"stats":{"error_rate":1e308}}],"report":{"key_points":[""],"highlighted_traces":[{}]}}`,
		`{"runs":[{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","inputs":[[[1]]],"attributes":{"a":null,"b":{}}}],"offset":3}`,
		`{"clustering_jobs":[{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","shape":{"a":9223372036854775807}}]}`,
	} {
		f.Add(200, seed)
	}
	f.Add(500, `{"detail":{"error":[1]}}`)
	fixture := servertest.Start(f, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
	project := fixture.Sandbox.AddProject(sandbox.Project{Name: "shop"}).String()
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || http.StatusText(status) == "" {
			status = 200
		}
		defer fixture.Sandbox.Inject(sandbox.Fault{Status: status, Body: body + " "})()
		job, other := uuid.Max.String(), uuid.NameSpaceDNS.String()
		for tool, args := range map[string]servertest.Args{
			"get_insights_job":      {"session_id": project, "job_id": job, "detail": "detailed"},
			"list_insights_jobs":    {"session_id": project},
			"list_insights_runs":    {"session_id": project, "job_id": job, "cluster_id": other},
			"compare_insights_jobs": {"session_id": project, "job_id": job, "baseline_job_id": other, "timeout_seconds": 0},
			"get_run":               {"run_id": job},
			"list_projects":         {},
		} {
			reply := fixture.Call(t, tool, args)
			if strings.TrimSpace(reply.Text) == "" || strings.HasPrefix(reply.Text, "Failed") || len(reply.Text) >= largestBudget {
				t.Errorf("%s answers %d %s with %q", tool, status, body, reply.Text)
			}
		}
	})
}
