package tools_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

// The fields in which LangSmith returns the content of runs, each with a word that is
// nowhere else.
const (
	saidInInputs     = "KESTREL-inputs"
	saidInOutputs    = "KESTREL-outputs"
	saidInSummary    = "KESTREL-summary"
	saidInHighlights = "KESTREL-highlighted-summary"
)

// addPrivateContent adds two reports to the project, and runs with content in every field
// that may have any, in each of the shapes that LangSmith returns.
func addPrivateContent(s *fixture) {
	for _, job := range []sandbox.Job{newWeekBeforeJob(), newSupportJob()} {
		if job.ID == idOf("this week") {
			for i := range job.Report.Highlights {
				job.Report.Highlights[i].Summary = new(saidInHighlights)
			}
		}
		for name, fields := range map[string]map[string]any{
			"run 1": {"inputs": saidInInputs, "outputs": map[string]any{"messages": []any{saidInOutputs}}, "summary": saidInSummary},
			"run 2": {"inputs_preview": saidInInputs, "outputs_preview": saidInOutputs, "summary": saidInSummary},
		} {
			fields["id"], fields["session_id"] = idOf(name), s.project
			job.Runs = append(job.Runs, sandbox.JobRun{ClusterID: job.Clusters[2].ID, Fields: fields})
		}
		s.Sandbox.AddJob(s.project, job)
	}
	s.Sandbox.AddRuns(s.project, trace.Run{
		ID: idOf("run 1"), Name: "support-assistant",
		Inputs: map[string]any{"question": saidInInputs}, Outputs: map[string]any{"answer": saidInOutputs},
	})
}

// With --hide-run-content no tool or resource that reads a report or a run returns a word
// of a run's content, in text or structure. Without it the same calls do, so there is
// something to hide.
func TestRunContentIsHidden(t *testing.T) {
	job, before := idOf("this week").String(), idOf("week before").String()
	for _, hidden := range []bool{false, true} {
		runFixture(t, servertest.Options{Config: func(c *config.Config) { c.HideRunContent = hidden }}, func(t *testing.T, s *fixture) {
			addPrivateContent(s)
			read := func(uri string) servertest.Reply { return s.readResource("insights://" + uri) }
			call := func(tool string, args servertest.Args) servertest.Reply {
				all := servertest.Args{"session_id": s.project.String()}
				maps.Copy(all, args)
				return s.Call(t, tool, all)
			}
			report := "projects/" + s.project.String() + "/jobs/" + job
			category := idOf("Refund never arrives").String()
			for _, c := range []struct {
				name  string
				reply servertest.Reply
				shows []string // unless it is hidden
			}{
				{"get_insights_job", call("get_insights_job", servertest.Args{"job_id": job}), nil},
				{"get_insights_job, detailed", call("get_insights_job", servertest.Args{"job_id": job, "detail": "detailed"}), []string{saidInHighlights}},
				{"get_insights_job, of a category", call("get_insights_job", servertest.Args{"job_id": job, "cluster_id": category, "detail": "detailed"}), []string{saidInHighlights}},
				{"wait_for_insights_job", call("wait_for_insights_job", servertest.Args{"job_id": job}), nil},
				{"list_insights_jobs", call("list_insights_jobs", nil), nil},
				{"list_insights_runs", call("list_insights_runs", servertest.Args{"job_id": job}), []string{saidInInputs, saidInOutputs, saidInSummary}},
				{"list_insights_runs, of a category", call("list_insights_runs", servertest.Args{"job_id": before, "cluster_id": idOf("Charged twice for one order").String()}), []string{saidInInputs, saidInOutputs, saidInSummary}},
				{"get_run", call("get_run", servertest.Args{"run_id": idOf("run 1").String(), "max_chars": 50_000}), []string{saidInInputs, saidInOutputs}},
				{"compare_insights_jobs", call("compare_insights_jobs", servertest.Args{"job_id": job, "baseline_job_id": before}), nil},
				{"the report's resource", read(report), nil},
				{"the category's resource", read(report + "/clusters/" + category), []string{saidInHighlights}},
				{"the run's resource", read("runs/" + idOf("run 1").String()), []string{saidInInputs, saidInOutputs}},
			} {
				if c.reply.IsError {
					t.Errorf("%s returns %s", c.name, c.reply.Text)
				}
				for _, word := range []string{saidInInputs, saidInOutputs, saidInSummary, saidInHighlights} {
					want := !hidden && slices.Contains(c.shows, word)
					inText, inStructure := strings.Contains(c.reply.Text, word), strings.Contains(string(c.reply.Structured), word)
					if inText != want || inStructure != want && c.reply.Structured != nil {
						t.Errorf("hidden %t, %s: %s is in the text %t, in the structure %t; want %t", hidden, c.name, word, inText, inStructure, want)
					}
				}
			}
		})
	}
}

// readResource reads a resource, which is Markdown.
func (s *fixture) readResource(uri string) (reply servertest.Reply) {
	s.t.Helper()
	var request mcp.ReadResourceRequest
	request.Params.URI = uri
	result, err := s.Client.ReadResource(s.t.Context(), request)
	if err != nil {
		s.t.Fatalf("%s: %v", uri, err)
	}
	for _, content := range result.Contents {
		text, _ := content.(mcp.TextResourceContents)
		reply.Text += text.Text
	}
	return reply
}
