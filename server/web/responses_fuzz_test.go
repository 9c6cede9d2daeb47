package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/stdio"
	"langsmith-insights-mcp/server/web"
)

// largestResult bounds a result's text, and its structure, in bytes.
const largestResult = 60_000

// FuzzAnswersReachTheClient replaces members of LangSmith's responses by any bytes, and calls
// every reading tool and resource over every transport. Each request must get a response
// under its own id, within the budget, in valid Unicode and without invisible characters.
func FuzzAnswersReachTheClient(f *testing.F) {
	const (
		ids    = "config_id parent_id cluster_id run_id trace_id parent_run_id parent_run_ids"
		texts  = "name description title summary highlight_reason key_points error error_preview status run_type cluster_name thread_id model " + ids
		data   = "inputs outputs metadata extra attributes tags config"
		counts = "num_runs shape stats rank level latency_seconds total_cost run_count error_rate start_time end_time created_at offset"
		lists  = "clusters report runs items highlighted_traces clustering_jobs configs"
		whole  = "*"
	)
	for _, value := range []string{
		`"\ud83d"`, `"\ude00\ud83d\u0000\u001b[31m\u202e\u2066\udb40\udc41"`, "\"\xff\xfe\xed\xa0\xbd\"",
		"{\"\xff\":1,\"\\ud83d\":{\"\\u202e\":[\"\\u0007\"]},\"a\":3,\"a\":4}",
		`null`, `[null,{}]`, `1e999`, `"prebuilt-usage"`,
	} {
		for _, fields := range []string{texts, data, counts, lists} {
			f.Add([]byte(value), fields)
		}
	}
	f.Add([]byte(`"`+strings.Repeat("\U0001F600\\u2028`|<img src=x>", 300)+`"`), texts)
	f.Add([]byte(`{"a":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`), data)
	f.Add([]byte(`[`+strings.Repeat(`{"id":"60a14bfe-0f7d-5951-a460-47faedf5a4d7","name":"\u001b"},`, 500)+`{}]`), lists)
	for _, value := range []string{`{`, ``, `] }`, "\xef\xbb\xbf{}", "<html>\x1b\xff"} {
		f.Add([]byte(value), whole)
	}
	f.Fuzz(func(t *testing.T, value []byte, fields string) {
		upstream := &responseChanger{}
		var mcpServer *mcpserver.MCPServer
		f := start(t, options{ // a new one, because requests to LangSmith are paced
			config: func(cfg *config.Config) { cfg.LogLevel = zerolog.Disabled },
			wrap: func(next http.RoundTripper) http.RoundTripper {
				upstream.next = next
				return upstream
			},
			web: func(o *web.Options) { mcpServer = o.MCP },
		})
		requests := readingRequests(f)
		transports := f.transports(serveStdio(t, mcpServer))
		upstream.value, upstream.fields = value, strings.Fields(fields)
		unreadable := false
		for n, request := range requests {
			if unreadable && request.waits() {
				continue // it would poll for 25 s
			}
			id := fmt.Sprintf(`"%d\u0041<&>"`, n)
			for transport, send := range transports {
				answer := send(id, request)
				unreadable = unreadable || n == 0 && strings.Contains(answer, `"isError":true`)
				if problem := checkAnswer(answer, id); problem != "" {
					t.Errorf("%s %s over %s, with %.300q in %s: %s:\n%.3000q", request.method, request.params["name"], transport, value, fields, problem, answer)
				}
			}
		}
	})
}

// responseChanger is a LangSmith whose responses have a value in place of their own.
type responseChanger struct {
	next   http.RoundTripper
	fields []string // the names of members; * is the whole response
	value  []byte
}

func (r *responseChanger) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := r.next.RoundTrip(request)
	if err != nil || len(r.fields) == 0 {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(r.replace(body)))
	answer.ContentLength = -1
	answer.Header.Del("Content-Length")
	return answer, nil
}

// replace puts the value into a body of valid JSON.
func (r *responseChanger) replace(body []byte) []byte {
	if slices.Contains(r.fields, "*") {
		return r.value
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(body))
	var out []byte
	kept := int64(0)
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return append(out, body[kept:]...)
		}
		if kind, length := decoder.StackIndex(decoder.StackDepth()); kind != jsontext.KindBeginObject || length%2 == 0 || !slices.Contains(r.fields, token.String()) {
			continue
		}
		name := decoder.InputOffset()
		if decoder.SkipValue() != nil {
			continue
		}
		out = append(append(append(out, body[kept:name]...), ':'), r.value...)
		kept = decoder.InputOffset()
	}
}

// checkAnswer returns what is wrong with a response; empty for nothing.
func checkAnswer(answer, id string) string {
	var message struct {
		ID     json.RawMessage `json:"id"`
		Result *struct {
			Content, Contents []struct{ Text string }
			Structured        json.RawMessage `json:"structuredContent"`
		} `json:"result"`
		Error *struct {
			Code    int
			Message string
		} `json:"error"`
	}
	switch err := json.Unmarshal([]byte(answer), &message); {
	case !utf8.ValidString(answer):
		return "no UTF-8"
	case err != nil:
		return err.Error()
	case string(message.ID) != id:
		return "the id is " + string(message.ID)
	case message.Result == nil && message.Error == nil:
		return "neither a result nor an error"
	case message.Error != nil && strings.HasPrefix(message.Error.Message, "internal error"):
		return "a panic"
	case message.Error != nil && len(message.Error.Message) >= largestResult:
		return "an error beyond the budget"
	}
	if message.Result != nil {
		for _, content := range append(message.Result.Content, message.Result.Contents...) {
			if len(content.Text) >= largestResult {
				return fmt.Sprintf("a text of %d bytes", len(content.Text))
			}
		}
		if len(message.Result.Structured) >= largestResult {
			return fmt.Sprintf("a structure of %d bytes", len(message.Result.Structured))
		}
	}
	decoder := jsontext.NewDecoder(strings.NewReader(answer)) // it refuses half a surrogate pair
	for {
		token, err := decoder.ReadToken()
		switch {
		case err == io.EOF:
			return ""
		case err != nil:
			return err.Error()
		case token.Kind() == jsontext.KindString && strings.ContainsFunc(token.String(), isHidden):
			return fmt.Sprintf("a character that nobody sees in %.200q", token.String())
		}
	}
}

func isHidden(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// answersRequest is a request without its id.
type answersRequest struct {
	method string
	params args
}

// waits reports whether a request waits for jobs.
func (r answersRequest) waits() bool {
	return r.params["name"] == "wait_for_insights_job" || r.params["name"] == "compare_insights_jobs"
}

// transports returns functions that send a request and return its response, by transport.
func (f *fixture) transports(in io.Writer, out *bufio.Scanner) map[string]func(id string, request answersRequest) string {
	caller := func(n int) headers { return ownKey(n).with(headers{"X-Tenant-Id": f.workspace.String()}) }
	session, sse := f.open(caller(1)), f.openSSE(caller(2))
	return map[string]func(string, answersRequest) string{
		"stdio": func(id string, request answersRequest) string {
			if _, err := io.WriteString(in, withID(id, request.method, request.params)+"\n"); err != nil || !out.Scan() {
				f.t.Fatal(err, out.Err())
			}
			return out.Text()
		},
		"/mcp with a session": func(id string, request answersRequest) string {
			return lastMessage(f.post("/mcp", session, withID(id, request.method, request.params)))
		},
		"/mcp without": func(id string, request answersRequest) string {
			body, h := stateless(0, request.method, request.params)
			if uri, ok := request.params["uri"].(string); ok {
				h["Mcp-Name"] = uri
			}
			return lastMessage(f.post("/mcp", h.with(caller(3)), strings.Replace(body, `"id":0`, `"id":`+id, 1)))
		},
		"/sse": func(id string, request answersRequest) string {
			sse.post(caller(2), withID(id, request.method, request.params))
			return <-sse.messages
		},
	}
}

// withID returns a request with the bytes of an id.
func withID(id, method string, params args) string {
	return strings.Replace(rpc(0, method, params), `"id":0`, `"id":`+id, 1)
}

// lastMessage returns the JSON-RPC response in a response of /mcp.
func lastMessage(r reply) string {
	if messages := r.events(); len(messages) > 0 {
		return messages[len(messages)-1]
	}
	return r.body
}

// serveStdio serves stdin and stdout, as pipes, until the test ends.
func serveStdio(t testing.TB, server *mcpserver.MCPServer) (in io.Writer, out *bufio.Scanner) {
	t.Helper()
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- stdio.Serve(context.Background(), server, toServer, fromServer, stdio.Options{Logger: zerolog.Nop(), Grace: time.Second})
	}()
	t.Cleanup(func() {
		_ = fromClient.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	out = bufio.NewScanner(toClient)
	out.Buffer(nil, 1<<20)
	return fromClient, out
}

// readingRequests returns requests for everything that can be read of a project with two
// reports and a trace.
func readingRequests(f *fixture) []answersRequest {
	runs := f.sandbox.AddRuns(f.project, trace.Run{Name: "support", Inputs: map[string]any{"question": "refund"}, Outputs: map[string]any{"answer": "no"}, Tags: []string{"a"}, Metadata: map[string]any{"k": "v"}, Error: "timeout"})
	f.sandbox.AddRuns(f.project, trace.Run{Name: "step", TraceID: runs[0], ParentID: runs[0]})
	category, below := uuid.New(), uuid.New()
	report := sandbox.Job{
		Name: "Weekly", Shape: map[string]int{"Refunds": 1},
		Clusters: []sandbox.Cluster{
			{ID: category, Name: "Refunds", Description: "Money back", NumRuns: 1, Stats: map[string]any{"error_rate": 0.5}},
			{ID: below, ParentID: &category, Level: 1, Name: "Late", NumRuns: 1},
		},
		Report: &sandbox.Report{Title: "Refunds dominate", KeyPoints: []string{"one"}, Highlights: []sandbox.Highlight{{RunID: runs[0], ClusterID: &category, Reason: "gave up"}}},
		Runs: []sandbox.JobRun{{ClusterID: below, Fields: map[string]any{
			"id": runs[0], "name": "support", "summary": "asks for money", "inputs": "refund", "outputs": "no", "attributes": map[string]any{"topic": "refund"},
		}}},
	}
	baseline := f.sandbox.AddJob(f.project, report)
	job := f.sandbox.AddJob(f.project, report)
	var requests []answersRequest
	tool := func(name string, arguments args) {
		arguments["session_id"] = f.project
		requests = append(requests, answersRequest{"tools/call", args{"name": name, "arguments": arguments}})
	}
	tool("get_insights_job", args{"job_id": job, "detail": "detailed", "sort_by": "error_rate"})
	tool("get_insights_job", args{"job_id": "latest", "cluster_id": "Refunds"})
	tool("wait_for_insights_job", args{"job_id": job, "timeout_seconds": 0})
	tool("list_insights_jobs", args{})
	tool("list_insights_runs", args{"job_id": job, "cluster_id": category, "max_chars": 50000, "limit": 100})
	tool("list_insights_runs", args{"job_id": job, "sort_by": "latency"})
	tool("compare_insights_jobs", args{"job_id": job, "baseline_job_id": baseline, "timeout_seconds": 0})
	tool("list_insights_configs", args{"include_prebuilts": true})
	tool("get_run", args{"run_id": runs[0], "max_chars": 50000})
	tool("add_insights_runs_to_dataset", args{"job_id": job, "cluster_id": category, "dataset": "refunds", "dry_run": true})
	tool("create_insights_job", args{"model": "openai", "dry_run": true})
	requests = append(requests, answersRequest{"tools/call", args{"name": "list_projects", "arguments": args{}}})
	uri := fmt.Sprintf("insights://projects/%s/jobs/%s", f.project, job)
	for _, uri := range []string{uri, uri + "/clusters/" + category.String(), "insights://runs/" + runs[0].String()} {
		requests = append(requests, answersRequest{"resources/read", args{"uri": uri}})
	}
	requests = append(requests,
		answersRequest{"resources/list", args{}},
		answersRequest{"completion/complete", args{
			"ref":      args{"type": "ref/resource", "uri": "insights://projects/{session_id}/jobs/{job_id}"},
			"argument": args{"name": "job_id", "value": ""}, "context": args{"arguments": args{"session_id": f.project}},
		}})
	return requests
}
