package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

// lastRequest keeps the last request that a client sent.
type lastRequest struct {
	address string
	header  http.Header
	body    []byte
}

func (l *lastRequest) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPost {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		l.address, l.header, l.body = request.URL.String(), request.Header.Clone(), body
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(request)
}

// sendWith repeats the request, and a person's answer in it, with other arguments.
func (l *lastRequest) sendWith(t *testing.T, over servertest.Args) string {
	t.Helper()
	var message map[string]any
	if err := json.Unmarshal(l.body, &message); err != nil {
		t.Fatal(err)
	}
	params, _ := message["params"].(map[string]any)
	if params["inputResponses"] == nil {
		t.Fatalf("there is no answer in %s", l.body)
	}
	arguments, _ := params["arguments"].(map[string]any)
	for name, value := range over {
		arguments[name] = value
	}
	body, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = l.header.Clone()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// A person's consent counts for its question, and once: in another call, or again in the
// same one, it is ignored, and the question is asked.
func TestAnswerIsBoundToQuestion(t *testing.T) {
	project := uuid.NewString()
	hourly := servertest.Args{"schedule_cron": "0 * * * *", "accept_runs_per_month": 744}
	for name, c := range map[string]struct {
		tool   string
		args   servertest.Args
		others []servertest.Args
		path   string
	}{
		"a new schedule": {
			"create_insights_config", servertest.Args{"name": "Weekly", "config": map[string]any{"sample": 10}, "schedule_cron": "0 6 * * mon"},
			[]servertest.Args{hourly, {"config": map[string]any{"sample": 1000}}, {"config": map[string]any{"sample": 10, "model": "anthropic"}}, {"name": "Another"}}, "/configs",
		},
		"a generated config": {
			"generate_insights_config", servertest.Args{"user_context": userContext},
			[]servertest.Args{{}, {"user_context": map[string]string{"Another question?": "another"}}, {"model": "openai"}}, "/configs/generate",
		},
		"a job": {
			"create_insights_job", servertest.Args{"sample": 10},
			[]servertest.Args{{"sample": 11}, {"allow_duplicate": true}}, "/insights",
		},
		"a second equal job": {
			"create_insights_job", servertest.Args{"sample": 10, "allow_duplicate": true},
			[]servertest.Args{{}}, "/insights",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := servertest.Start(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }})
			f.Sandbox.AddProject(sandbox.Project{ID: uuid.MustParse(project), Name: "shop"})
			last := &lastRequest{}
			connect := overHTTP(t, f, transport.WithHTTPBasicClient(&http.Client{Transport: last}))
			p := &person{answer: accept(true)}
			connect("2026-07-28", nil, client.WithElicitationHandler(p))
			c.args["session_id"] = project
			if reply := f.Call(t, c.tool, c.args); reply.IsError || len(p.asked) != 1 {
				t.Fatalf("%d questions led to %+v", len(p.asked), reply)
			}
			// Else a schedule beside the saved one is refused before anybody is asked.
			f.Sandbox.Inject(sandbox.Fault{Method: http.MethodGet, Path: "/insights/configs$", Body: `{"configs":[]}`})
			for _, over := range c.others {
				f.Sandbox.ResetRequests()
				if answer := last.sendWith(t, over); !strings.Contains(answer, "input_required") {
					t.Errorf("%v: no question is asked: %s", over, answer)
				}
				if slices.ContainsFunc(f.Sandbox.Requests(), func(r sandbox.Request) bool { return r.Method == http.MethodPost && strings.HasSuffix(r.Path, c.path) }) {
					t.Errorf("%v was paid for", over)
				}
			}
		})
	}
}

// A question that a person declined is used up, too: a client that sends an acceptance of it
// afterwards is asked again.
func TestDeclinedQuestion(t *testing.T) {
	f := servertest.Start(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }})
	project := f.Sandbox.AddProject(sandbox.Project{Name: "shop"})
	last := &lastRequest{}
	connect := overHTTP(t, f, transport.WithHTTPBasicClient(&http.Client{Transport: last}))
	connect("2026-07-28", nil, client.WithElicitationHandler(&person{answer: act(mcp.ElicitationResponseActionDecline)}))
	if reply := f.Call(t, "create_insights_job", servertest.Args{"session_id": project.String()}); !reply.IsError {
		t.Fatalf("got %+v", reply)
	}
	accepted := bytes.Replace(last.body, []byte(`"action":"decline"`), []byte(`"action":"accept","content":{"answer":true}`), 1)
	if bytes.Equal(accepted, last.body) {
		t.Fatalf("there is no refusal in %s", last.body)
	}
	last.body = accepted
	if answer := last.sendWith(t, nil); !strings.Contains(answer, "input_required") {
		t.Errorf("no question is asked: %s", answer)
	}
	if jobs := f.Sandbox.JobsStarted(); jobs != 0 {
		t.Errorf("%d jobs were started", jobs)
	}
}
