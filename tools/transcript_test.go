package tools_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// fixture is a server over an empty sandbox with one project, on the clock of a
// synctest bubble: midnight of 1 January 2000, until something sleeps.
type fixture struct {
	*servertest.Fixture
	t       *testing.T
	project uuid.UUID

	routes sandbox.Routes // the generation that is served; empty for both

	// concurrent is set if requests are sent concurrently, in no certain order.
	concurrent bool

	// racing is set if the first response decides which requests are sent.
	racing bool
}

// runFixture runs a test with a fixture. Its ids are the same each time.
func runFixture(t *testing.T, options servertest.Options, run func(*testing.T, *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		options.Sandbox.Now, options.Sandbox.Empty = time.Now, true
		s := &fixture{Fixture: servertest.Start(t, options), t: t, routes: options.Sandbox.Routes}
		s.project = s.Sandbox.AddProject(sandbox.Project{Name: "shop"})
		s.Sandbox.ResetRequests()
		run(t, s)
	})
}

// runWithEachRoutes runs a test with a fixture whose LangSmith has both generations of the run
// and queue routes, one with only the older, and one with only the newer. Tools return the
// same on all three.
func runWithEachRoutes(t *testing.T, options servertest.Options, run func(*testing.T, *fixture)) {
	t.Helper()
	runFixture(t, options, run)
	for _, routes := range []sandbox.Routes{sandbox.RoutesV1, sandbox.RoutesV2} {
		t.Run(string(routes), func(t *testing.T) {
			options.Sandbox.Routes = routes
			runFixture(t, options, run)
		})
	}
}

// upstreamHeading is above the requests in a golden file.
const upstreamHeading = "\n--- upstream\n"

// transcript calls a tool and compares the outcome with a golden file: the text, the
// structure, and the requests upstream if LangSmith has both generations of routes.
func (s *fixture) transcript(name, tool string, args servertest.Args) servertest.Reply {
	s.t.Helper()
	s.Sandbox.ResetRequests()
	reply := s.Call(s.t, tool, args)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", tool, encodeJSON(s.t, args))
	if reply.IsError {
		b.WriteString("isError\n")
	}
	text, structured := reply.Text, string(reply.Structured)
	if s.routes == sandbox.RoutesV1 && tool == toQueue { // which keeps traces at extended retention always
		const kept = "These traces are now kept at extended retention, at ten times the price."
		text = strings.Replace(text, kept+"\n", "", 1)
		structured = strings.Replace(structured, `,"`+kept+`"]`, "]", 1)
		structured = strings.Replace(structured, `"caution":["`+kept+`"],`, "", 1)
	}
	fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(text, "\n"))
	if reply.Structured != nil {
		var indented bytes.Buffer
		if err := json.Indent(&indented, []byte(structured), "", "  "); err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n--- structured\n%s\n", indented.String())
	}
	file := tool + "/" + name + ".txt"
	if s.routes != "" {
		servertest.GoldenUntil(s.t, file, upstreamHeading, b.String())
		return reply
	}
	b.WriteString(upstreamHeading)
	upstream := s.upstream()
	switch {
	case s.racing:
		upstream = nil
	case s.concurrent:
		slices.Sort(upstream)
	}
	for _, line := range upstream {
		b.WriteString(line + "\n")
	}
	servertest.Golden(s.t, file, b.String())
	return reply
}

// upstream lists the requests since the last transcript began.
func (s *fixture) upstream() []string {
	var lines []string
	for _, request := range s.Sandbox.Requests() {
		line := request.Method + " " + request.Path
		if request.RawQuery != "" {
			line += "?" + request.RawQuery
		}
		if len(request.Body) > 0 {
			line += " " + string(request.Body)
		}
		lines = append(lines, line)
	}
	return lines
}

func encodeJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(b.String(), "\n")
}
