package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

const analyzeChats = "analyze_chat_histories"

func chat(texts ...string) (messages []map[string]any) {
	for i, text := range texts {
		role := "user"
		if i%2 == 1 {
			role = "assistant"
		}
		messages = append(messages, map[string]any{"role": role, "content": text})
	}
	return messages
}

// someChats returns n different chats.
func someChats(n int) (all []any) {
	for i := range n {
		all = append(all, chat(fmt.Sprint("question ", i), "answer"))
	}
	return all
}

// ingestedRuns returns the id of the project whose name begins with name, and its runs.
func (s *fixture) ingestedRuns(name string) (project uuid.UUID, runs []uuid.UUID) {
	s.t.Helper()
	var projects []struct {
		ID   uuid.UUID `json:"id"`
		Name string    `json:"name"`
	}
	s.ask("/sessions", &projects)
	for _, p := range projects {
		if strings.HasPrefix(p.Name, name) {
			if project != uuid.Nil {
				s.t.Errorf("there are several projects called %s", name)
			}
			project = p.ID
		}
	}
	if project == uuid.Nil {
		return project, nil
	}
	for cursor := any(nil); ; {
		var page struct {
			Runs []struct {
				ID uuid.UUID `json:"id"`
			} `json:"runs"`
			Cursors struct {
				Next any `json:"next"`
			} `json:"cursors"`
		}
		s.post("/runs/query", map[string]any{"session": []uuid.UUID{project}, "limit": 100, "cursor": cursor}, &page)
		for _, run := range page.Runs {
			runs = append(runs, run.ID)
		}
		if cursor = page.Cursors.Next; cursor == nil {
			return project, runs
		}
	}
}

func TestAnalyzeChatHistories(t *testing.T) {
	options := servertest.Options{Sandbox: sandbox.Options{IngestDelay: 10 * time.Second, JobDuration: 20 * time.Minute}}
	runFixture(t, options, func(t *testing.T, s *fixture) {
		args := servertest.Args{
			"chats": []any{chat("Where is my refund?", "On its way."), chat("Cancel my order"), chat("Cancel my order")},
			"name":  "Support `chats`", "user_context": map[string]string{"What would you like to learn about your agent?": "why users give up"},
		}
		dry := servertest.Args{"dry_run": true}
		for key, value := range args {
			dry[key] = value
		}
		s.transcript("dry_run", analyzeChats, dry)
		if project, _ := s.ingestedRuns("Support"); project != uuid.Nil {
			t.Fatal("the dry run made a project")
		}
		began := time.Now()
		s.transcript("started", analyzeChats, args)
		if took := time.Since(began); took < 10*time.Second || took > 13*time.Second {
			t.Errorf("the job was started after %s; the chats are visible after 10 s", took)
		}
		project, runs := s.ingestedRuns("Support")
		if len(runs) != 3 {
			t.Fatalf("the project has %d runs, not 3", len(runs))
		}
		s.transcript("again", analyzeChats, args)
		if jobs := s.Sandbox.Jobs(uuid.Nil, project); len(jobs) != 1 {
			t.Errorf("%d jobs were started", len(jobs))
		}
		time.Sleep(30 * time.Minute)
		s.transcript("fresh_report", analyzeChats, args)
		if jobs := s.Sandbox.Jobs(uuid.Nil, project); len(jobs) != 1 {
			t.Errorf("%d jobs were started", len(jobs))
		}
		time.Sleep(time.Hour)
		s.transcript("another_report", analyzeChats, args)
		if jobs := s.Sandbox.Jobs(uuid.Nil, project); len(jobs) != 2 {
			t.Errorf("%d jobs were started, not 2", len(jobs))
		}
		if _, again := s.ingestedRuns("Support"); !slices.Equal(runs, again) {
			t.Errorf("the project has %d runs now, not 3", len(again))
		}
	})
}

// The report is about all the chats and nothing else.
func TestReportOverChats(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		var started, report struct {
			ID        uuid.UUID `json:"id"`
			SessionID uuid.UUID `json:"session_id"`
			Ingested  int       `json:"ingested"`
			NumRuns   int       `json:"num_runs"`
			Status    string    `json:"status"`
		}
		s.Call(t, analyzeChats, servertest.Args{"chats": someChats(250)}).Decode(t, &started)
		if started.Ingested != 250 {
			t.Errorf("ingested is %d", started.Ingested)
		}
		s.Call(t, "wait_for_insights_job", servertest.Args{"session_id": started.SessionID, "job_id": started.ID, "timeout_seconds": 600}).Decode(t, &report)
		if report.Status != "success" || report.NumRuns != 250 {
			t.Errorf("the report is %+v", report)
		}
	})
}

func TestIngestionContinues(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		remove := s.Sandbox.Inject(sandbox.Fault{Path: "/runs/batch$", Skip: 1, Status: http.StatusServiceUnavailable})
		args := servertest.Args{"chats": someChats(250), "name": "Long"}
		reply := s.Call(t, analyzeChats, args)
		servertest.Golden(t, analyzeChats+"/broken_off.txt", reply.Text+"\n")
		project, runs := s.ingestedRuns("Long")
		if !reply.IsError || len(runs) != 100 || s.Sandbox.JobsStarted() != 0 {
			t.Errorf("isError %v, %d runs, %d jobs", reply.IsError, len(runs), s.Sandbox.JobsStarted())
		}
		remove()
		s.Sandbox.ResetRequests()
		if reply := s.Call(t, analyzeChats, args); reply.IsError {
			t.Fatal(reply.Text)
		}
		sent := 0
		for _, request := range s.Sandbox.Requests() {
			var batch struct{ Post []any }
			if strings.HasSuffix(request.Path, "/runs/batch") && json.Unmarshal(request.Body, &batch) == nil {
				sent += len(batch.Post)
			}
		}
		if again, runs := s.ingestedRuns("Long"); again != project || len(runs) != 250 || sent != 150 || s.Sandbox.JobsStarted() != 1 {
			t.Errorf("then %d runs, %d sent, %d jobs", len(runs), sent, s.Sandbox.JobsStarted())
		}
	})
}

// A job over chats that LangSmith does not find yet would cost money and read nothing.
func TestInvisibleChats(t *testing.T) {
	runFixture(t, servertest.Options{Sandbox: sandbox.Options{IngestDelay: 45 * time.Second}}, func(t *testing.T, s *fixture) {
		args := servertest.Args{"chats": someChats(3), "name": "Slow"}
		reply := s.Call(t, analyzeChats, args)
		servertest.Golden(t, analyzeChats+"/not_visible.txt", reply.Text+"\n")
		if !reply.IsError || s.Sandbox.JobsStarted() != 0 {
			t.Errorf("isError %v, %d jobs", reply.IsError, s.Sandbox.JobsStarted())
		}
		if reply := s.Call(t, analyzeChats, args); reply.IsError || s.Sandbox.JobsStarted() != 1 {
			t.Errorf("then: %s", reply.Text)
		}
		if _, runs := s.ingestedRuns("Slow"); len(runs) != 3 {
			t.Errorf("the project has %d runs", len(runs))
		}
	})
}

func TestOldChats(t *testing.T) {
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		args := servertest.Args{"chats": someChats(3), "name": "Old"}
		s.Call(t, analyzeChats, args)
		time.Sleep(8 * 24 * time.Hour)
		s.transcript("too_old", analyzeChats, args)
		if n := s.Sandbox.JobsStarted(); n != 1 {
			t.Errorf("%d jobs were started", n)
		}
	})
}

func TestConcurrentEqualCallsWithChats(t *testing.T) {
	runFixture(t, servertest.Options{Sandbox: sandbox.Options{IngestDelay: 5 * time.Second, JobDuration: 20 * time.Minute}}, func(t *testing.T, s *fixture) {
		args := servertest.Args{"chats": someChats(5), "name": "Twice"}
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				if reply, err := s.TryCall(context.WithoutCancel(t.Context()), analyzeChats, args); err != nil || reply.IsError {
					t.Errorf("%+v, %v", reply, err)
				}
			})
		}
		calls.Wait()
		if _, runs := s.ingestedRuns("Twice"); len(runs) != 5 || s.Sandbox.JobsStarted() != 1 {
			t.Errorf("%d runs, %d jobs", len(runs), s.Sandbox.JobsStarted())
		}
	})
}

func TestInvalidChats(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*config.Config)
		args servertest.Args
	}{
		{name: "nothing", args: servertest.Args{}},
		{name: "both", args: servertest.Args{"chats": someChats(1), "path": "x.jsonl"}},
		{name: "no_folder", args: servertest.Args{"path": "x.jsonl"}},
		{name: "empty_chat", args: servertest.Args{"chats": []any{chat("hi"), []any{}}}},
		{name: "no_role", args: servertest.Args{"chats": []any{[]any{map[string]any{"content": "secret"}}}}},
		{name: "no_content", args: servertest.Args{"chats": []any{[]any{map[string]any{"role": "user"}}}}},
		{name: "odd_shape", args: servertest.Args{"chats": "secret"}},
		{name: "too_many", args: servertest.Args{"chats": someChats(1001)}},
		{name: "above_max_sample", set: func(c *config.Config) { c.MaxSample = 2 }, args: servertest.Args{"chats": someChats(3)}},
		{name: "unknown_argument", args: servertest.Args{"chats": someChats(1), "sample": 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			runFixture(t, servertest.Options{Config: c.set}, func(t *testing.T, s *fixture) {
				reply := s.Call(t, analyzeChats, c.args)
				servertest.Golden(t, analyzeChats+"/refused_"+c.name+".txt", reply.Text+"\n")
				if !reply.IsError || len(s.Sandbox.Requests()) > 0 {
					t.Errorf("isError is %v, and LangSmith got %d requests", reply.IsError, len(s.Sandbox.Requests()))
				}
				if strings.Contains(reply.Text, "secret") {
					t.Errorf("the refusal repeats a chat: %s", reply.Text)
				}
			})
		})
	}
}

func TestChatsFromAFile(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("march.jsonl", `[{"role":"user","content":"hello"}]`+"\n"+`{"messages":[{"role":"user","content":"bye"}]}`)
	write("broken.jsonl", `[{"role":"user","content":"hello"}]`+"\nsecret")
	options := servertest.Options{
		Config:  func(c *config.Config) { c.ChatsDir = folder },
		Sandbox: sandbox.Options{JobDuration: 20 * time.Minute},
	}
	runFixture(t, options, func(t *testing.T, s *fixture) {
		for name, path := range map[string]string{"missing": "april.jsonl", "outside": "../x.jsonl", "absolute": filepath.Join(folder, "march.jsonl"), "broken": "broken.jsonl"} {
			reply := s.Call(t, analyzeChats, servertest.Args{"path": path})
			servertest.Golden(t, analyzeChats+"/file_"+name+".txt", reply.Text+"\n")
			if !reply.IsError || strings.Contains(reply.Text, "secret") || strings.Contains(reply.Text, folder) {
				t.Errorf("%s: %s", name, reply.Text)
			}
		}
		if n := len(s.Sandbox.Requests()); n > 0 {
			t.Errorf("LangSmith got %d requests", n)
		}
		if reply := s.Call(t, analyzeChats, servertest.Args{"path": "march.jsonl"}); reply.IsError {
			t.Error(reply.Text)
		}
		if _, runs := s.ingestedRuns("Chats"); len(runs) != 2 {
			t.Errorf("the project has %d runs", len(runs))
		}
		// The same chats in the call are the same project.
		s.Call(t, analyzeChats, servertest.Args{"chats": []any{chat("hello"), chat("bye")}})
		if n := s.Sandbox.JobsStarted(); n != 1 {
			t.Errorf("%d jobs were started", n)
		}
	})
}

// With --confirm nothing is sent to LangSmith before a person has consented.
func TestChatsWithConfirm(t *testing.T) {
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		for name, c := range map[string]struct {
			action mcp.ElicitationResponseAction
			jobs   int
		}{"agreed": {mcp.ElicitationResponseActionAccept, 1}, "declined": {mcp.ElicitationResponseActionDecline, 0}} {
			t.Run(version+" "+name, func(t *testing.T) {
				someone := &person{action: c.action}
				runFixture(t, servertest.Options{
					Config:  func(c *config.Config) { c.Confirm = true },
					Sandbox: sandbox.Options{JobDuration: 20 * time.Minute},
					Client:  []client.ClientOption{client.WithProtocolVersion(version), client.WithElicitationHandler(someone)},
				}, func(t *testing.T, s *fixture) {
					args := servertest.Args{"chats": someChats(3), "name": "Mine"}
					reply := s.Call(t, analyzeChats, args)
					_, runs := s.ingestedRuns("Mine")
					if n := s.Sandbox.JobsStarted(); n != c.jobs || len(runs) != 3*c.jobs || reply.IsError != (c.jobs == 0) {
						t.Errorf("%d jobs, %d runs: %s", n, len(runs), reply.Text)
					}
					servertest.Golden(t, analyzeChats+"/confirm_"+name+".txt", strings.Join(someone.asked, "\n")+"\n---\n"+reply.Text+"\n")
					s.Call(t, analyzeChats, args)
					if c.jobs == 1 && len(someone.asked) != 1 {
						t.Errorf("a person was asked about a running job: %q", someone.asked)
					}
				})
			})
		}
	}
	runFixture(t, servertest.Options{Config: func(c *config.Config) { c.Confirm = true }}, func(t *testing.T, s *fixture) {
		s.transcript("nobody_to_confirm", analyzeChats, servertest.Args{"chats": someChats(3), "name": "Mine"})
		if project, _ := s.ingestedRuns("Mine"); project != uuid.Nil || s.Sandbox.JobsStarted() > 0 {
			t.Error("chats were sent although nobody could agree")
		}
	})
}

// A call above the day's bound is refused before any chat is sent.
func TestChatsAboveDailyLimit(t *testing.T) {
	runFixture(t, servertest.Options{Config: func(c *config.Config) { c.MaxJobsPerDay = 1 }}, func(t *testing.T, s *fixture) {
		s.Call(t, analyzeChats, servertest.Args{"chats": someChats(3), "name": "First"})
		s.transcript("above_jobs_per_day", analyzeChats, servertest.Args{"chats": someChats(4), "name": "Second"})
		if project, _ := s.ingestedRuns("Second"); project != uuid.Nil || s.Sandbox.JobsStarted() != 1 {
			t.Error("chats were sent although no job may be started")
		}
	})
}

// A call that is cancelled during the ingestion starts no job.
func TestCancelBeforeChatsAreVisible(t *testing.T) {
	runFixture(t, servertest.Options{Sandbox: sandbox.Options{IngestDelay: 10 * time.Second}}, func(t *testing.T, s *fixture) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan error, 1)
		go func() {
			_, err := s.TryCall(ctx, analyzeChats, servertest.Args{"chats": someChats(3)})
			ended <- err
		}()
		time.Sleep(5 * time.Second)
		cancel()
		if err := <-ended; err == nil {
			t.Error("the call answered")
		}
		synctest.Wait()
		time.Sleep(time.Minute)
		if n := s.Sandbox.JobsStarted(); n != 0 {
			t.Errorf("%d jobs were started", n)
		}
	})
}
