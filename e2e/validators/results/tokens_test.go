package results_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/tiktoken-go/tokenizer"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools/wording"
)

// task is a request to an agent, with the calls that answer it.
type task struct {
	name    string
	reports []servertest.Args // the windows of existing reports
	run     func(*session)
	calls   int // the maximum number of calls
	text    int // the maximum number of tokens of text; 0 for no promise
	inAll   int // the maximum number of tokens of text and structure; 0 for no promise
}

// The windows of reports, up to the end of the sandbox's traces.
var (
	lastWeek   = servertest.Args{"last_n_hours": 168}
	weekBefore = servertest.Args{"start_time": "2026-03-02T09:00:00Z", "end_time": "2026-03-09T09:00:00Z"}
)

// tasks are run over the sandbox's chat-prod.
var tasks = []task{
	{
		name: "Last week's report with a failing example", reports: []servertest.Args{lastWeek}, calls: 4, text: 2000, inAll: 4500,
		run: func(w *session) {
			w.call("get_insights_job", servertest.Args{"project": "chat-prod", "job_id": "latest"})
			w.callNext()
			w.checkExample()
		},
	},
	{
		name: "The same, listing the reports first and opening the whole trace", reports: []servertest.Args{lastWeek}, calls: 4, text: 2000, inAll: 5800,
		run: func(w *session) {
			w.call("list_insights_jobs", servertest.Args{"project": "chat-prod"})
			w.call("get_insights_job", servertest.Args{"project": "chat-prod", "job_id": "latest"})
			w.callNext()
			w.callNext()
		},
	},
	{
		name: "A report and a failing example where there is no report yet", calls: 4,
		run: func(w *session) {
			w.call("create_insights_job", servertest.Args{"project": "chat-prod", "last_n_hours": 168})
			w.call("wait_for_insights_job", servertest.Args{"project": "chat-prod", "job_id": w.id("id")})
			w.callNext()
			w.callNext()
		},
	},
	{
		name: "What changed since the week before", reports: []servertest.Args{weekBefore, lastWeek}, calls: 1, text: 1300, inAll: 3000,
		run: func(w *session) {
			w.call("compare_insights_jobs", servertest.Args{"project": "chat-prod"})
		},
	},
	{
		name: "What changed since the week before where there is no report yet", calls: 4,
		run: func(w *session) {
			w.call("create_insights_job", with(weekBefore, "project", "chat-prod"))
			before := w.id("id")
			w.call("create_insights_job", with(lastWeek, "project", "chat-prod"))
			w.call("compare_insights_jobs", servertest.Args{"project": "chat-prod", "job_id": w.id("id"), "baseline_job_id": before})
		},
	},
	{
		name: "Twenty failed traces into a dataset, five to review", reports: []servertest.Args{lastWeek}, calls: 2, text: 400,
		run: func(w *session) {
			args := servertest.Args{"project": "chat-prod", "job_id": "latest", "status": "error"}
			args["dataset"], args["limit"] = "failures", 20
			w.call("add_insights_runs_to_dataset", args)
			delete(args, "dataset")
			args["queue"], args["limit"] = "to review", 5
			w.call("add_insights_runs_to_annotation_queue", args)
		},
	},
	{
		name: "Failing traces in three groups, with the price first", calls: 3,
		run: func(w *session) {
			w.call("create_insights_job", servertest.Args{
				"project": "chat-prod", "last_n_hours": 168, "filter": `eq(status, "error")`, "dry_run": true,
				"partitions": map[string]any{"Login": "Who cannot sign in", "Money": "Refunds and charges", "Delivery": "Where parcels are"},
			})
			w.checkField("price", "cost_usd")
			w.callNext()
			w.callNext()
		},
	},
	{
		name: "A weekly schedule with its price, then monthly, then removed", calls: 4,
		run: func(w *session) {
			w.call("create_insights_config", servertest.Args{
				"project": "chat-prod", "name": "Weekly", "config": map[string]any{"last_n_hours": 168, "sample": 200},
				"schedule_cron": "0 6 * * mon", "dry_run": true,
			})
			w.checkField("price", "cost_usd_per_month")
			w.callNext()
			config := servertest.Args{"project": "chat-prod", "config_id": w.id("id")}
			w.call("update_insights_config", with(config, "schedule_cron", "0 6 1 * *"))
			w.call("delete_insights_config", config)
		},
	},
	{
		name: "Four chats that are not in LangSmith analysed, with the price first", calls: 3,
		run: func(w *session) {
			var chats []any
			for _, question := range []string{"Where is my parcel?", "Cancel my order.", "I was charged twice.", "Where is my refund?"} {
				chats = append(chats, []any{
					map[string]any{"role": "user", "content": question},
					map[string]any{"role": "assistant", "content": "Let me look that up."},
				})
			}
			w.call("analyze_chat_histories", servertest.Args{"chats": chats, "dry_run": true})
			w.checkField("price", "cost_usd")
			w.callNext()
			w.callNext()
		},
	},
	{
		name: "Which users the worst category hits, by a trace's metadata", reports: []servertest.Args{lastWeek}, calls: 3,
		run: func(w *session) {
			w.call("get_insights_job", servertest.Args{"project": "chat-prod", "job_id": "latest", "sort_by": "error_rate"})
			w.callNext()
			w.callNext()
			w.checkField("user", "metadata")
		},
	},
	{
		name: "The conversation around the worst trace, and its failing child", reports: []servertest.Args{lastWeek}, calls: 3,
		run: func(w *session) {
			w.call("list_insights_runs", servertest.Args{"project": "chat-prod", "job_id": "latest", "status": "error", "sort_by": "latency", "limit": 1})
			w.callNext()
			w.checkField("conversation", "inputs")
			w.callNext()
			w.checkField("child's error", "error")
		},
	},
	{
		name: "All reports deleted", reports: []servertest.Args{weekBefore, lastWeek}, calls: 3,
		run: func(w *session) {
			w.call("list_insights_jobs", servertest.Args{"project": "chat-prod"})
			var listed struct{ Jobs []struct{ ID string } }
			w.reply.Decode(w.t, &listed)
			if len(listed.Jobs) != 2 {
				w.t.Fatalf("not two reports: %s", w.reply.Text)
			}
			for _, job := range listed.Jobs {
				w.call("delete_insights_job", servertest.Args{"project": "chat-prod", "job_id": job.ID})
			}
		},
	},
}

// with returns arguments with one more.
func with(args servertest.Args, name string, value any) servertest.Args {
	args = maps.Clone(args)
	args[name] = value
	return args
}

// TestTokens measures the tokens of the calls of each task, and writes them to
// docs/tokens.md.
func TestTokens(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What a task costs an agent's context\n\n" +
		"Calls and tokens (o200k_base) of common tasks over the sandbox's `chat-prod`. Hosts show a\n" +
		"model a result's text, its structure, or both. The table is made by\n" +
		"`go test ./results -run TestTokens -update` in `e2e/validators`, which also checks the promised bounds;\n" +
		"tasks with promised tokens are shown call by call. A wrong call costs one more, because its refusal\n" +
		"says what to change: `go test ./tools -run TestCorrectedCalls` has more than thirty.\n\n" +
		"| Task | Calls | Text | Structure | Promised |\n|---|--:|--:|--:|---|\n")
	for _, task := range tasks {
		w := startSession(t, task.reports)
		task.run(w)
		promised := wording.Count(task.calls, "call")
		if task.text > 0 {
			promised += fmt.Sprintf(", %s tokens of text", wording.Thousands(task.text))
		}
		if task.inAll > 0 {
			promised += fmt.Sprintf(", %s in all", wording.Thousands(task.inAll))
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s |\n", task.name, w.calls, wording.Thousands(w.text), wording.Thousands(w.structure), promised)
		if task.text > 0 {
			b.WriteString(strings.Join(w.lines, ""))
		}
		if w.calls > task.calls || task.text > 0 && w.text > task.text || task.inAll > 0 && w.text+w.structure > task.inAll {
			t.Errorf("%s: %d calls, %d tokens of text and %d of structure; promised: %s", task.name, w.calls, w.text, w.structure, promised)
		}
	}
	const path = "../../../docs/tokens.md"
	if servertest.Updating() {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != b.String() {
		t.Errorf("%s is not what is measured (%v); run the test with -update. Measured:\n%s", path, err, b.String())
	}
}

// session makes calls in order, and counts the tokens of their results.
type session struct {
	t     *testing.T
	f     *servertest.Fixture
	codec tokenizer.Codec
	reply servertest.Reply // up to the last call

	calls, text, structure int
	lines                  []string // the table's lines, one per call
}

// startSession starts a server over a sandbox with finished reports of some windows.
func startSession(t *testing.T, reports []servertest.Args) *session {
	t.Helper()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	w := &session{t: t, codec: codec, f: servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{ReadsUntilDone: 1}})}
	for _, report := range reports {
		w.call("create_insights_job", with(report, "project", "chat-prod"))
		w.call("wait_for_insights_job", servertest.Args{"project": "chat-prod", "job_id": w.id("id")})
	}
	w.calls, w.text, w.structure, w.lines = 0, 0, 0, nil
	return w
}

func (w *session) call(tool string, args servertest.Args) {
	w.t.Helper()
	w.reply = w.f.Call(w.t, tool, args)
	if w.reply.IsError {
		w.t.Fatalf("%s %v: %s", tool, args, w.reply.Text)
	}
	text, structure := w.countTokens(w.reply.Text), w.countTokens(string(w.reply.Structured))
	w.calls++
	w.text, w.structure = w.text+text, w.structure+structure
	w.lines = append(w.lines, fmt.Sprintf("| %d. `%s` | | %s | %s | |\n", w.calls, tool, wording.Thousands(text), wording.Thousands(structure)))
}

// callNext makes the next call that the last result suggests.
func (w *session) callNext() {
	w.t.Helper()
	var result struct {
		Next struct {
			Tool      string
			Arguments servertest.Args
		}
	}
	w.reply.Decode(w.t, &result)
	w.call(result.Next.Tool, result.Next.Arguments)
}

// checkExample fails the test unless the last result has an example of a failure: the
// error, the input and the summary of a trace.
func (w *session) checkExample() {
	w.t.Helper()
	var result struct {
		Runs []struct{ Status, Error, Inputs, Summary string }
	}
	w.reply.Decode(w.t, &result)
	if len(result.Runs) == 0 || result.Runs[0].Status != "error" {
		w.t.Fatalf("%s shows no failed trace", w.reply.Text)
	}
	run := result.Runs[0]
	for _, part := range []string{run.Error, run.Inputs, run.Summary} {
		if part == "" || !strings.Contains(w.reply.Text, part) {
			w.t.Errorf("text and structure do not both show %q", part)
		}
	}
}

// checkField fails the test unless the last result's structure has a field with a text.
func (w *session) checkField(what, field string) {
	w.t.Helper()
	var fields map[string]json.RawMessage
	w.reply.Decode(w.t, &fields)
	if len(fields[field]) == 0 {
		w.t.Errorf("%s shows no %s", w.reply.Text, what)
	}
}

// id returns an id in the last result.
func (w *session) id(field string) (id string) {
	w.t.Helper()
	var fields map[string]json.RawMessage
	w.reply.Decode(w.t, &fields)
	if err := json.Unmarshal(fields[field], &id); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *session) countTokens(text string) int {
	w.t.Helper()
	n, err := w.codec.Count(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
