package server_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

// person answers the questions that a client shows.
type person struct {
	mu     sync.Mutex
	asked  []mcp.ElicitationParams
	answer func(mcp.ElicitationParams) (*mcp.ElicitationResult, error)
}

func (p *person) Elicit(_ context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, request.Params)
	return p.answer(request.Params)
}

var userContext = map[string]string{"What would you like to learn about your agent?": "why users give up"}

func accept(answer any) func(mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
	return func(mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{
			Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"answer": answer},
		}}, nil
	}
}

func act(action mcp.ElicitationResponseAction) func(mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
	return func(mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action}}, nil
	}
}

// choices returns the values of a question's choices, in the form of either protocol
// version.
func choices(t *testing.T, asked mcp.ElicitationParams) (values []string) {
	t.Helper()
	schema, _ := asked.RequestedSchema.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	field, _ := properties["answer"].(map[string]any)
	for _, option := range asList(field["oneOf"]) {
		one, _ := option.(map[string]any)
		values = append(values, fmt.Sprint(one["const"]))
	}
	for _, value := range asList(field["enum"]) {
		values = append(values, fmt.Sprint(value))
	}
	if names, ok := field["enumNames"]; ok && len(asList(names)) != len(values) {
		t.Errorf("%d values have the names %v", len(values), names)
	}
	return values
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// withBothVersions runs a test with clients of protocol versions before and since 2026-07-28,
// which ask the person.
func withBothVersions(t *testing.T, options servertest.Options, test func(*testing.T, *servertest.Fixture, *person)) {
	t.Helper()
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(version, func(t *testing.T) {
			p := &person{answer: act(mcp.ElicitationResponseActionDecline)}
			options.Client = []client.ClientOption{client.WithProtocolVersion(version), client.WithElicitationHandler(p)}
			test(t, servertest.Start(t, options), p)
		})
	}
}

// addEquallyNamed are two projects of one name, which no other project has.
func addEquallyNamed(f *servertest.Fixture) (first, second uuid.UUID) {
	return f.Sandbox.AddProject(sandbox.Project{Name: "twin `x`"}), f.Sandbox.AddProject(sandbox.Project{Name: "twin `x`"})
}

func TestAmbiguousProjectIsAsked(t *testing.T) {
	withBothVersions(t, servertest.Options{}, func(t *testing.T, f *servertest.Fixture, p *person) {
		first, second := addEquallyNamed(f)
		p.answer = accept(second.String())
		// What is known of one of the two does not settle which is meant.
		f.Call(t, "list_projects", servertest.Args{})
		f.Call(t, "list_insights_jobs", servertest.Args{"session_id": first})
		reply := f.Call(t, "list_insights_jobs", servertest.Args{"project": "twin `x`"})
		if reply.IsError {
			t.Fatal(reply.Text)
		}
		if len(p.asked) != 1 || p.asked[0].Message != "2 projects are called \"twin \\`x\\`\". Which one?" {
			t.Fatalf("the questions are %+v", p.asked)
		}
		if got := fmt.Sprint(choices(t, p.asked[0])); got != fmt.Sprintf("[%s %s]", first, second) && got != fmt.Sprintf("[%s %s]", second, first) {
			t.Errorf("the choices are %s", got)
		}
		requests := f.Sandbox.Requests()
		if last := requests[len(requests)-1].Path; !strings.Contains(last, second.String()) {
			t.Errorf("the last request was for %s, not for the chosen project", last)
		}
	})
}

func TestDeclinedChoiceListsCandidates(t *testing.T) {
	for name, answer := range map[string]func(mcp.ElicitationParams) (*mcp.ElicitationResult, error){
		"declined":        act(mcp.ElicitationResponseActionDecline),
		"dismissed":       act(mcp.ElicitationResponseActionCancel),
		"nothing filled":  act(mcp.ElicitationResponseActionAccept),
		"another project": accept(uuid.NewString()),
	} {
		t.Run(name, func(t *testing.T) {
			withBothVersions(t, servertest.Options{}, func(t *testing.T, f *servertest.Fixture, p *person) {
				first, second := addEquallyNamed(f)
				p.answer = answer
				reply := f.Call(t, "list_insights_jobs", servertest.Args{"project": "twin `x`"})
				if !reply.IsError || !strings.Contains(reply.Text, first.String()) || !strings.Contains(reply.Text, second.String()) {
					t.Errorf("the result is %+v", reply)
				}
			})
		})
	}
}

// A client that declares elicitation and fails is treated like one without it.
func TestClientWithFailingElicitation(t *testing.T) {
	p := &person{answer: func(mcp.ElicitationParams) (*mcp.ElicitationResult, error) { return nil, errors.New("no window") }}
	f := servertest.Start(t, servertest.Options{
		Client: []client.ClientOption{client.WithProtocolVersion("2025-11-25"), client.WithElicitationHandler(p)},
		Config: func(c *config.Config) { c.Confirm = true },
	})
	first, _ := addEquallyNamed(f)
	if reply := f.Call(t, "list_insights_jobs", servertest.Args{"project": "twin `x`"}); !reply.IsError || !strings.Contains(reply.Text, first.String()) {
		t.Errorf("the result is %+v", reply)
	}
	reply := f.Call(t, "generate_insights_config", servertest.Args{"session_id": first, "user_context": userContext})
	if !reply.IsError || !strings.Contains(reply.Text, "this client cannot ask one") {
		t.Errorf("the result is %+v", reply)
	}
}

// Two questions in one call: the answer to the first must survive the second.
func TestTwoQuestionsInOneCall(t *testing.T) {
	withBothVersions(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }}, func(t *testing.T, f *servertest.Fixture, p *person) {
		_, second := addEquallyNamed(f)
		p.answer = func(asked mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
			if len(choices(t, asked)) > 0 {
				return accept(second.String())(asked)
			}
			return accept(true)(asked)
		}
		reply := f.Call(t, "generate_insights_config", servertest.Args{"project": "twin `x`", "user_context": userContext})
		if reply.IsError || len(p.asked) != 2 {
			t.Errorf("%d questions led to %+v", len(p.asked), reply)
		}
	})
}

func TestTwoAmbiguousNamesInOneCall(t *testing.T) {
	withBothVersions(t, servertest.Options{}, func(t *testing.T, f *servertest.Fixture, p *person) {
		addEquallyNamed(f)
		other := f.Sandbox.AddProject(sandbox.Project{Name: "other"})
		f.Sandbox.AddProject(sandbox.Project{Name: "other"})
		p.answer = func(asked mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
			return accept(choices(t, asked)[0])(asked)
		}
		reply := f.Call(t, "compare_insights_jobs", servertest.Args{
			"project": "twin `x`", "baseline_project": "other",
			"job_id": uuid.New(), "baseline_job_id": uuid.New(),
		})
		if len(p.asked) != 2 || !strings.Contains(p.asked[1].Message, `"other"`) || !strings.Contains(reply.Text, "404") {
			t.Errorf("%d questions led to %+v (other is %s)", len(p.asked), reply, other)
		}
	})
}

func TestSpendingNeedsConsent(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(mcp.ElicitationParams) (*mcp.ElicitationResult, error)
		agreed bool
	}{
		"yes":            {accept(true), true},
		"no":             {accept(false), false},
		"declined":       {act(mcp.ElicitationResponseActionDecline), false},
		"dismissed":      {act(mcp.ElicitationResponseActionCancel), false},
		"nothing filled": {act(mcp.ElicitationResponseActionAccept), false},
		"a word":         {accept("no"), false},
	} {
		t.Run(name, func(t *testing.T) {
			withBothVersions(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }}, func(t *testing.T, f *servertest.Fixture, p *person) {
				first, _ := addEquallyNamed(f)
				p.answer = c.answer
				for _, tool := range []string{"generate_insights_config", "create_insights_job"} {
					reply := f.Call(t, tool, servertest.Args{"session_id": first, "user_context": userContext})
					if reply.IsError == c.agreed {
						t.Errorf("%s returns %+v", tool, reply)
					}
				}
				if len(p.asked) != 2 || !strings.Contains(p.asked[1].Message, "which cost about 1 to 2 USD") {
					t.Errorf("the questions are %+v", p.asked)
				}
				var spent bool
				for _, request := range f.Sandbox.Requests() {
					spent = spent || strings.HasSuffix(request.Path, "/generate")
				}
				if jobs := f.Sandbox.JobsStarted(); spent != c.agreed || (jobs == 1) != c.agreed {
					t.Errorf("tokens were spent: %v; jobs were started: %d", spent, jobs)
				}
			})
		})
	}
}

// Nobody is asked for consent to a job that the daily limit refuses.
func TestDailyLimitComesBeforeConsent(t *testing.T) {
	options := servertest.Options{Config: func(c *config.Config) { c.Confirm, c.MaxJobsPerDay = true, 1 }}
	withBothVersions(t, options, func(t *testing.T, f *servertest.Fixture, p *person) {
		p.answer = accept(true)
		if reply := f.Call(t, "create_insights_job", servertest.Args{"project": "chat-prod", "name": "one"}); reply.IsError {
			t.Fatal(reply.Text)
		}
		reply := f.Call(t, "create_insights_job", servertest.Args{"project": "chat-prod", "name": "two"})
		if !reply.IsError || !strings.Contains(reply.Text, "1 job a day") || len(p.asked) != 1 {
			t.Errorf("asked %d times, and answered %s", len(p.asked), reply.Text)
		}
	})
}
