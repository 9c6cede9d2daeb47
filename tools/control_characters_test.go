package tools_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools"
)

// A text with a terminal escape and a bidirectional override, and as results show it.
const (
	oddText  = "od\x1bd\u202Ewords"
	oddShown = "od␛d⟨U+202E⟩words"
)

// Every tool shows the control and bidirectional characters of names, statuses, errors
// and messages, alike in text and structure, and passes none on.
func TestControlCharactersAreShown(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		project := s.Sandbox.AddProject(sandbox.Project{Name: oddText})
		for _, name := range []string{"earlier", "later"} {
			job := newSupportJob()
			job.ID, job.Name = idOf(name), oddText
			job.Clusters[0].Name = oddText
			job.Report.Title, job.Report.Highlights[0].Reason = oddText, oddText
			job.Runs = []sandbox.JobRun{{ClusterID: job.Clusters[2].ID, Fields: map[string]any{
				"id": idOf("odd run"), "name": oddText, "status": oddText, "error": oddText, "summary": oddText, "inputs": oddText, oddText: oddText,
			}}}
			s.Sandbox.AddJob(project, job)
		}
		s.Sandbox.AddJob(project, sandbox.Job{ID: idOf("odd status"), Name: "Odd", Status: oddText, Error: oddText, CreatedAt: time.Now()})
		s.Sandbox.AddRuns(project, trace.Run{ID: idOf("odd run"), Name: oddText, Start: time.Now(), Status: "error", Error: oddText, Tags: []string{oddText}, Inputs: map[string]any{oddText: oddText}})
		s.Sandbox.Inject(sandbox.Fault{Method: "DELETE", Path: "/insights", Body: encodeJSON(t, object{"message": oddText})})
		s.Sandbox.Inject(sandbox.Fault{Method: "POST", Path: "/configs/generate", Body: encodeJSON(t, object{
			"name": oddText, "summary_prompt": oddText, "attribute_schemas": object{oddText: object{"type": "string", "description": oddText}},
		})})
		job, one := idOf("later"), servertest.Args{"role": "user", "content": "Where is my refund?"}
		calls := []struct {
			tool string
			args servertest.Args
		}{
			{"list_projects", servertest.Args{"session_id": nil}},
			{"list_insights_jobs", nil},
			{"get_insights_job", servertest.Args{"job_id": job}},
			{"get_insights_job", servertest.Args{"job_id": idOf("odd status")}},
			{"wait_for_insights_job", servertest.Args{"job_id": idOf("odd status"), "timeout_seconds": 0}},
			{"list_insights_runs", servertest.Args{"job_id": job}},
			{"get_run", servertest.Args{"run_id": idOf("odd run")}},
			{"compare_insights_jobs", servertest.Args{"job_id": job, "baseline_job_id": idOf("earlier")}},
			{"rename_insights_job", servertest.Args{"job_id": job, "name": oddText}},
			{"generate_insights_config", servertest.Args{"user_context": object{"q": "a"}}},
			{"create_insights_config", servertest.Args{"name": oddText, "config": object{"summary_prompt": "{{run.inputs}} " + oddText}}},
			{"list_insights_configs", nil},
			{"update_insights_config", servertest.Args{"config_id": "", "description": oddText}},
			{"create_insights_job", servertest.Args{"name": oddText}},
			{"add_insights_runs_to_dataset", servertest.Args{"job_id": job, "dataset": oddText}},
			{"add_insights_runs_to_annotation_queue", servertest.Args{"job_id": job, "queue": oddText}},
			{"analyze_chat_histories", servertest.Args{"session_id": nil, "name": oddText, "chats": []any{[]any{one}}}},
			{"delete_insights_config", servertest.Args{"config_id": ""}},
			{"delete_insights_job", servertest.Args{"job_id": job}},
		}
		var config struct{ ID string }
		var called []string
		for _, c := range calls {
			args := servertest.Args{"session_id": project.String()}
			for name, value := range c.args {
				if args[name] = value; value == nil {
					delete(args, name)
				}
			}
			if args["config_id"] == "" {
				args["config_id"] = config.ID
			}
			reply := s.Call(t, c.tool, args)
			if reply.IsError {
				t.Errorf("%s: %s", c.tool, reply.Text)
				continue
			}
			if c.tool == "create_insights_config" {
				reply.Decode(t, &config)
			}
			called = append(called, c.tool)
			for part, content := range map[string]string{"text": reply.Text, "structure": string(reply.Structured)} {
				if strings.ContainsAny(content, "\x1b\u202E") || strings.Contains(content, `\u001b`) || strings.Contains(content, `\u202e`) {
					t.Errorf("%s: the %s passes a control character on:\n%s", c.tool, part, content)
				}
				if !strings.Contains(content, oddShown) {
					t.Errorf("%s: the %s does not show %s:\n%s", c.tool, part, oddShown, content)
				}
			}
		}
		for _, tool := range tools.All() {
			if !slices.Contains(called, tool.Name) {
				t.Errorf("%s was not called: the calls above need one whose result has the odd text", tool.Name)
			}
		}
	})
}
