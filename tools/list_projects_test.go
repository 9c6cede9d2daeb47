package tools_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

func TestListProjects(t *testing.T) {
	some := func(s *fixture) {
		start := time.Now().Add(-3 * time.Hour)
		runs := make([]trace.Run, 40)
		for i := range runs {
			runs[i] = trace.Run{Name: "support-assistant", Start: start.Add(time.Duration(i) * time.Minute), End: start.Add(time.Duration(i+1) * time.Minute)}
			if i%9 == 0 {
				runs[i].Error = "timeout"
			}
		}
		s.Sandbox.AddProject(sandbox.Project{ID: idOf("chat-prod"), Name: "chat-prod", Runs: runs})
		s.Sandbox.AddProject(sandbox.Project{ID: idOf("chat-staging"), Name: "chat-staging"})
		s.Sandbox.AddProject(sandbox.Project{ID: idOf("experiment"), Name: "chat-regression-2", ReferenceDataset: new(idOf("dataset"))})
	}
	all := servertest.Args{"session_id": nil}
	with := func(name string, value any) servertest.Args { return servertest.Args{"session_id": nil, name: value} }
	runTranscripts(t, "list_projects", []transcriptCase{
		{name: "projects", prepare: some, args: all},
		{name: "by_name", prepare: some, args: with("name_contains", "chat")},
		{name: "first_page", prepare: some, args: servertest.Args{"session_id": nil, "limit": 1, "name_contains": "chat"}},
		{name: "past_the_end", args: with("offset", 40)},
		{name: "none_by_that_name", args: with("name_contains", "billing")},
		{name: "hostile", prepare: func(s *fixture) { s.Sandbox.AddProject(sandbox.Project{ID: idOf("hostile"), Name: hostileText}) }, args: all},
		{name: "bad_arguments", args: servertest.Args{"session_id": nil, "name": "chat", "limit": 1000}},
		{name: "no_credentials", args: all, options: servertest.Options{Config: func(c *config.Config) { c.LangSmith.Credentials.APIKey = "" }}},
		{name: "another_server", args: all, fault: &sandbox.Fault{Body: "<!doctype html><title>Sign in</title>"}},
		{name: "redirected", args: all, fault: &sandbox.Fault{Status: 307, Header: map[string][]string{"Location": {"https://eu.langsmith.test/api?token=secret"}}}},
		{name: "unreachable", args: all, fault: &sandbox.Fault{Refuse: true}},
	})
}

func TestListProjectsFitsItsBudget(t *testing.T) {
	for name, filler := range fillers {
		f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true}})
		for i := range 120 {
			f.Sandbox.AddProject(sandbox.Project{Name: fmt.Sprint(i, longText(filler)[:len(filler)*40])})
		}
		within(t, name, f.Call(t, "list_projects", servertest.Args{}), defaultBudget)
		reply := f.Call(t, "list_projects", servertest.Args{"limit": 100})
		within(t, name, reply, largestBudget)
		if !strings.Contains(reply.Text, "More: the same call with offset=") {
			t.Errorf("%s: the text does not say how to go on", name)
		}
	}
}
