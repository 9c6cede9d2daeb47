package tools_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// createResult is the part of a result that names the job of an earlier equal call.
type createResult struct {
	AlreadyRunning bool `json:"already_running"`
	AlreadyDone    bool `json:"already_done"`
	Next           struct {
		Tool      string
		Arguments servertest.Args
	}
}

// A dry run shows whether the call would start a job or return one, without further reads
// than the project, the list of jobs, the traces and the model secrets.
func TestDryRunAgreesWithCall(t *testing.T) {
	const took = 10 * time.Minute
	for name, c := range map[string]struct {
		wait time.Duration // after the start
		next string
	}{
		"at once":       {0, "wait_for_insights_job"},
		"while it runs": {5 * time.Minute, "wait_for_insights_job"},
		"soon after":    {took + 50*time.Minute, "get_insights_job"},
		"an hour after": {took + 65*time.Minute, "create_insights_job"},
	} {
		t.Run(name, func(t *testing.T) {
			runFixture(t, servertest.Options{Sandbox: sandbox.Options{JobDuration: took}}, func(t *testing.T, s *fixture) {
				s.addFailingRuns(3)
				args := servertest.Args{"project": "shop", "last_n_hours": 168}
				s.Call(t, "create_insights_job", args)
				if c.wait >= took {
					time.Sleep(took)
					s.Call(t, "list_insights_jobs", servertest.Args{"project": "shop"}) // the sandbox ends a job that is looked at
					time.Sleep(c.wait - took)
				} else {
					time.Sleep(c.wait)
				}
				s.Sandbox.ResetRequests()
				var dry, real createResult
				reply := s.Call(t, "create_insights_job", with(args, servertest.Args{"dry_run": true}))
				reply.Decode(t, &dry)
				if requests := s.upstream(); len(requests) > 4 {
					t.Errorf("the dry run sent\n%s", strings.Join(requests, "\n"))
				}
				if dry.Next.Tool != c.next || strings.Contains(reply.Text, "starts it") != (c.next == "create_insights_job") {
					t.Errorf("next is %s:\n%s", dry.Next.Tool, reply.Text)
				}
				s.Call(t, "create_insights_job", args).Decode(t, &real)
				if dry.AlreadyRunning != real.AlreadyRunning || dry.AlreadyDone != real.AlreadyDone {
					t.Errorf("the dry run returns %+v, the call %+v", dry, real)
				}
			})
		})
	}
}

// A dry run explains the id of something else as the call does.
func TestDryRunWithWrongID(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		job := s.Sandbox.AddJob(s.project, newSupportJob())
		s.Call(t, "list_insights_jobs", servertest.Args{"project": "shop"}) // so that the project is known
		for _, id := range []uuid.UUID{job, uuid.Max} {
			dry := s.Call(t, "create_insights_job", servertest.Args{"session_id": id.String(), "dry_run": true})
			real := s.Call(t, "create_insights_job", servertest.Args{"session_id": id.String()})
			if !dry.IsError || dry.Text != real.Text {
				t.Errorf("the dry run returns %q, the call %q", dry.Text, real.Text)
			}
			if id == job && !strings.Contains(dry.Text, "is the id of an Insights job") {
				t.Errorf("a job's id is not named: %s", dry.Text)
			}
		}
	})
}

// The next call of a dry run sends the body that the dry run has shown.
func TestNextCallOfDryRun(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		s.addFailingRuns(3)
		var dry struct {
			createResult
			WouldSend json.RawMessage `json:"would_send"`
		}
		args := with(whyGiveUp, servertest.Args{"dry_run": true, "validate_model_secrets": false, "is_scheduled": false, "filter": nil, "sample": 12.5})
		s.Call(t, "create_insights_job", args).Decode(t, &dry)
		s.Sandbox.ResetRequests()
		s.Call(t, dry.Next.Tool, dry.Next.Arguments)
		posts := s.sent("POST")
		if len(posts) != 1 {
			t.Fatalf("sent %q", posts)
		}
		var sent, shown map[string]any
		_, body, _ := strings.Cut(posts[0], "/insights ")
		if err := errors.Join(json.Unmarshal([]byte(body), &sent), json.Unmarshal(dry.WouldSend, &shown)); err != nil {
			t.Fatal(err)
		}
		if filter, given := sent["filter"]; !reflect.DeepEqual(sent, shown) || !given || filter != nil {
			t.Errorf("sent %s, not %s", body, dry.WouldSend)
		}
	})
}
