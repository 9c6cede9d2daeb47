package server_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/cli"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/server/web"
)

// overHTTP serves a fixture's backend on a port of its own, and returns a function that
// replaces the fixture's client by one that is connected to it.
func overHTTP(t *testing.T, f *servertest.Fixture, options ...transport.StreamableHTTPCOption) (connect func(version string, headers map[string]string, clientOptions ...client.ClientOption)) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() {
		ended <- web.New(ctx, cli.HTTPOptions(f.Backend, f.Config, zerolog.Nop())).Serve(ctx, listener)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	return func(version string, headers map[string]string, clientOptions ...client.ClientOption) {
		t.Helper()
		wire, err := transport.NewStreamableHTTP("http://"+listener.Addr().String()+"/mcp", append(slices.Clone(options), transport.WithHTTPHeaders(headers))...)
		if err != nil {
			t.Fatal(err)
		}
		connected := client.NewClient(wire, append(clientOptions, client.WithProtocolVersion(version))...)
		t.Cleanup(func() { _ = connected.Close() })
		if err := connected.Start(ctx); err != nil {
			t.Fatal(err)
		}
		var hello mcp.InitializeRequest
		hello.Params.ProtocolVersion = version
		hello.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
		if _, err := connected.Initialize(ctx, hello); err != nil {
			t.Fatal(err)
		}
		f.Client = connected
	}
}

func TestQuestionsOverHTTP(t *testing.T) {
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(version, func(t *testing.T) {
			f := servertest.Start(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }})
			connect := overHTTP(t, f)
			_, second := addEquallyNamed(f)
			p := &person{answer: func(asked mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
				if strings.Contains(asked.Message, "Which one?") {
					return accept(second.String())(asked)
				}
				return accept(true)(asked)
			}}
			connect(version, nil, client.WithElicitationHandler(p))
			reply := f.Call(t, "generate_insights_config", servertest.Args{"project": "twin `x`", "user_context": userContext})
			if reply.IsError || len(p.asked) != 2 {
				t.Errorf("%d questions led to %+v", len(p.asked), reply)
			}
			connect(version, nil)
			if reply := f.Call(t, "list_insights_jobs", servertest.Args{"project": "twin `x`"}); !reply.IsError || !strings.Contains(reply.Text, second.String()) {
				t.Errorf("a client that cannot ask gets %+v", reply)
			}
		})
	}
}

// A call's errors ask for what its caller can do: over HTTP for a header, or to tell the
// operator, and else for a setting.
func TestAdviceOverHTTP(t *testing.T) {
	f := servertest.Start(t, servertest.Options{})
	connect := overHTTP(t, f)
	advice := func() string {
		f.Sandbox.Inject(sandbox.Fault{Status: http.StatusUnauthorized})
		return f.Call(t, "list_projects", nil).Text
	}
	if got := advice(); !strings.Contains(got, "check LANGSMITH_API_KEY") {
		t.Errorf("an operator gets %s", got)
	}
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		connect(version, nil)
		if got := advice(); !strings.Contains(got, "Tell this server's operator, or send a LangSmith key of your own") {
			t.Errorf("%s: a caller on the operator's key gets %s", version, got)
		}
		connect(version, map[string]string{"X-API-Key": servertest.Key})
		if got := advice(); !strings.Contains(got, "check the header X-API-Key") {
			t.Errorf("%s: a caller with a key gets %s", version, got)
		}
	}
}

func TestResourcesOverHTTP(t *testing.T) {
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(version, func(t *testing.T) {
			f := servertest.Start(t, servertest.Options{
				Sandbox: sandbox.Options{Empty: true},
				Config:  func(c *config.Config) { c.LangSmith.Project = "shop" },
			})
			connect := overHTTP(t, f)
			s := newSampleReport(f)
			connect(version, nil)
			if result, err := readResource(t, f, s.jobURI()); err != nil || len(result.Contents) != 1 {
				t.Errorf("%+v, %v", result, err)
			}
			want := map[string]error{"2025-11-25": mcp.ErrResourceNotFound, "2026-07-28": mcp.ErrInvalidParams}[version]
			if _, err := readResource(t, f, "insights://runs/"+uuid.NewString()); !errors.Is(err, want) {
				t.Errorf("what is not there gives %v", err)
			}
			if all, _ := listAll(t, f); len(all) != 2 || all[1].URI != s.jobURI() {
				t.Errorf("the resources are %+v", all)
			}
			if got := complete(t, f, prompt("what_changed"), "job", "", nil).Values; len(got) != 1 {
				t.Errorf("the default project's jobs are %q", got)
			}

			// Another caller's workspace is another world, and the operator's
			// default project means nothing in it.
			elsewhere := uuid.New()
			f.Sandbox.AddProject(sandbox.Project{Workspace: elsewhere, Name: "theirs"})
			connect(version, map[string]string{"X-API-Key": "lsv2_pt_another", "X-Tenant-Id": elsewhere.String()})
			if all, _ := listAll(t, f); len(all) != 1 {
				t.Errorf("another caller's list has %+v", all)
			}
			if got := complete(t, f, prompt("what_changed"), "project", "", nil).Values; len(got) != 1 || got[0] != "theirs" {
				t.Errorf("another caller is offered %q", got)
			}
			if _, err := readResource(t, f, s.jobURI()); !errors.Is(err, want) {
				t.Errorf("another caller reads a report: %v", err)
			}
		})
	}
}
