package results_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tiktoken-go/tokenizer"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// The walk that an agent takes when it is asked: "Analyse last week of
// chat-prod and show me an example of the biggest problem." What it costs is
// kept beside what it reads.
const (
	walkCalls  = 4
	walkTokens = 6_000
)

func TestWalkFromQuestionToExample(t *testing.T) {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{ReadsUntilDone: 1}})
	var text, figures strings.Builder
	calls, tokens := 0, [2]int{}
	call := func(tool string, args servertest.Args, into any) {
		reply := f.Call(t, tool, args)
		if reply.IsError {
			t.Fatalf("%s: %s", tool, reply.Text)
		}
		reply.Decode(t, into)
		sizes := [2]int{}
		for i, part := range []string{reply.Text, string(reply.Structured)} {
			if sizes[i], err = codec.Count(part); err != nil {
				t.Fatal(err)
			}
			tokens[i] += sizes[i]
		}
		arguments, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		calls++
		fmt.Fprintf(&text, "%d. %s %s\n\n%s\n\n", calls, tool, arguments, strings.TrimSpace(reply.Text))
		fmt.Fprintf(&figures, "%d. %s: text of %d bytes, %d tokens; structure of %d bytes, %d tokens\n", calls, tool, len(reply.Text), sizes[0], len(reply.Structured), sizes[1])
	}

	var job struct{ ID string }
	call("create_insights_job", servertest.Args{"project": "chat-prod", "last_n_hours": 168}, &job)
	var report struct {
		Clusters []struct {
			ID    string
			Stats struct {
				ErrorRate float64 `json:"error_rate"`
			}
		}
	}
	call("wait_for_insights_job", servertest.Args{"project": "chat-prod", "job_id": job.ID}, &report)
	// An agent takes the table's highest error rate for the biggest problem.
	worst := report.Clusters[0]
	for _, cluster := range report.Clusters {
		if cluster.Stats.ErrorRate > worst.Stats.ErrorRate {
			worst = cluster
		}
	}
	var runs struct{ Runs []struct{ ID string } }
	call("list_insights_runs", servertest.Args{"project": "chat-prod", "job_id": job.ID, "cluster_id": worst.ID, "limit": 3}, &runs)
	call("get_run", servertest.Args{"run_id": runs.Runs[0].ID}, &struct{}{})

	if calls > walkCalls || max(tokens[0], tokens[1]) > walkTokens {
		t.Errorf("%d calls and %d tokens of text, %d of structure; allowed are %d calls and %d tokens", calls, tokens[0], tokens[1], walkCalls, walkTokens)
	}
	fmt.Fprintf(&figures, "In all: %d calls; text of %d tokens or structure of %d (o200k_base).\n", calls, tokens[0], tokens[1])
	servertest.Golden(t, "walk.txt", figures.String()+"\n"+text.String())
}
