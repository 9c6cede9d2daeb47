package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/servertest"
)

// logLines keeps the lines of a log.
type logLines struct {
	mu    sync.Mutex
	lines []map[string]any
}

func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var fields map[string]any
	if err := json.Unmarshal(line, &fields); err != nil {
		return 0, err
	}
	l.lines = append(l.lines, fields)
	return len(line), nil
}

// take returns the lines so far and removes them.
func (l *logLines) take() []map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

// A panic of a tool ends its call alone. The log has it with its stack, and the client does
// not see it.
func TestToolPanic(t *testing.T) {
	log := &logLines{}
	f := servertest.Start(t, servertest.Options{Logger: zerolog.New(log).Level(zerolog.InfoLevel)})
	remove := f.Sandbox.Inject(sandbox.Fault{Do: func() { panic("a bug") }})
	_, err := f.TryCall(t.Context(), "list_projects", nil)
	remove()
	if err == nil || !strings.Contains(err.Error(), "internal error") || strings.Contains(err.Error(), "a bug") {
		t.Errorf("the client gets %v", err)
	}
	lines := log.take()
	if len(lines) != 2 || lines[0]["outcome"] != "panic" || lines[1]["panic"] != "a bug" || !strings.Contains(lines[1]["stack"].(string), "call_log_test.go") {
		t.Errorf("the log has %v", lines)
	}
	f.Call(t, "list_projects", nil)
}

func TestCallLog(t *testing.T) {
	log := &logLines{}
	f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true}, Logger: zerolog.New(log).Level(zerolog.InfoLevel)})
	project := f.Sandbox.AddProject(sandbox.Project{Name: "a customer's project"})
	job := f.Sandbox.AddJob(project, sandbox.Job{Name: "a customer's words"})
	for _, c := range []struct {
		tool    string
		args    servertest.Args
		fault   sandbox.Fault
		outcome string
		status  int
		failure string
	}{
		{"get_insights_job", servertest.Args{"session_id": project, "job_id": job}, sandbox.Fault{}, "ok", 200, ""},
		{"get_insights_job", servertest.Args{"session_id": project, "job_id": uuid.Max}, sandbox.Fault{}, "not_found", 404, ""},
		{"get_insights_job", servertest.Args{"session_id": project}, sandbox.Fault{}, "arguments", 0, ""},
		{"get_insights_job", servertest.Args{"project": "no such customer"}, sandbox.Fault{}, "arguments", 0, ""},
		{"list_insights_jobs", servertest.Args{"project": "no such customer"}, sandbox.Fault{}, "refused", 200, ""},
		{"list_insights_jobs", servertest.Args{"session_id": project}, sandbox.Fault{Status: http.StatusForbidden}, "upstream", 403, ""},
		{"list_insights_jobs", servertest.Args{"session_id": project}, sandbox.Fault{Body: "<html>"}, "upstream", 200, ""},
		{"list_insights_jobs", servertest.Args{"session_id": project}, sandbox.Fault{Refuse: true}, "no_answer", 0, "refused"},
		{"list_insights_jobs", servertest.Args{"session_id": project}, sandbox.Fault{DropBefore: true}, "no_answer", 0, "closed"},
		{"add_insights_runs_to_annotation_queue", servertest.Args{"session_id": project, "job_id": job, "cluster_id": uuid.Max, "queue": "q"}, sandbox.Fault{}, "not_found", 200, ""},
	} {
		remove := func() {}
		if c.fault.Status != 0 || c.fault.Body != "" || c.fault.Refuse || c.fault.DropBefore {
			remove = f.Sandbox.Inject(c.fault)
		}
		f.Call(t, c.tool, c.args)
		remove()
		lines := log.take()
		if len(lines) != 1 {
			t.Fatalf("%s %v leaves %v", c.tool, c.args, lines)
		}
		line := lines[0]
		level := "warn"
		if c.outcome == "ok" {
			level = "info"
		}
		status, _ := line["upstream_status"].(float64)
		failure, _ := line["failure"].(string)
		_, timed := line["duration_ms"].(float64)
		if line["message"] != "call" || line["tool"] != c.tool || line["outcome"] != c.outcome || line["level"] != level || int(status) != c.status || failure != c.failure || !timed || line["caller"] == nil {
			t.Errorf("%s %v, which ends as %s (%d), leaves %v", c.tool, c.args, c.outcome, c.status, line)
		}
		if text, _ := json.Marshal(line); strings.Contains(string(text), "customer") || strings.Contains(string(text), servertest.Key) {
			t.Errorf("the log contains %s", text)
		}
	}

	f.Call(t, "create_insights_job", servertest.Args{"session_id": project})
	if err := f.Backend.Drain(t.Context()); err != nil { // the paid call's line comes after its result
		t.Fatal(err)
	}
	ids, messages := map[any]bool{}, map[any]bool{}
	for _, line := range log.take() {
		ids[line["request_id"]], messages[line["message"]] = true, true
	}
	if len(ids) != 1 || ids[nil] || !messages["call"] || !messages["paid call"] {
		t.Errorf("a paid call leaves %v under the ids %v", messages, ids)
	}
}

// A call that may have started a job is not logged as refused, and its lines have the
// status of the paid request, not of the reads after it.
func TestCallLogUncertain(t *testing.T) {
	for name, c := range map[string]struct {
		fault   sandbox.Fault
		outcome string // of the paid call
		call    string // the outcome of the call
		level   string // of the paid call
		status  any
		failure any
	}{
		"502":              {sandbox.Fault{Status: http.StatusBadGateway}, "uncertain", "uncertain", "warn", 502.0, nil},
		"no response":      {sandbox.Fault{DropBefore: true}, "uncertain", "uncertain", "warn", nil, "closed"},
		"a job is found":   {sandbox.Fault{DropAfter: true}, "probably_started", "ok", "warn", 200.0, nil},
		"refused":          {sandbox.Fault{Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`}, "refused", "upstream", "info", 403.0, nil},
		"too many jobs":    {sandbox.Fault{Status: http.StatusTooManyRequests, Body: `{"detail":"Too many concurrent Insights jobs"}`}, "too_many_jobs", "upstream", "info", 429.0, nil},
		"job acknowledged": {sandbox.Fault{DelayAfter: time.Second}, "started", "ok", "info", 200.0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &logLines{}
				f := servertest.Start(t, servertest.Options{Sandbox: sandbox.Options{Empty: true, Now: time.Now}, Logger: zerolog.New(log).Level(zerolog.InfoLevel)})
				args := servertest.Args{"session_id": f.Sandbox.AddProject(sandbox.Project{Name: "p"})}
				c.fault.Method, c.fault.Path = http.MethodPost, "/insights$"
				f.Sandbox.Inject(c.fault)
				f.Call(t, "create_insights_job", args)
				synctest.Wait()
				lines := map[any]map[string]any{}
				for _, line := range log.take() {
					lines[line["message"]] = line
				}
				if paidCall := lines["paid call"]; paidCall["outcome"] != c.outcome || paidCall["level"] != c.level {
					t.Errorf("the paid call leaves %v", paidCall)
				}
				if call := lines["call"]; call["outcome"] != c.call || call["upstream_status"] != c.status || call["failure"] != c.failure {
					t.Errorf("the call leaves %v", call)
				}
				if c.call != "uncertain" {
					return
				}
				f.Call(t, "create_insights_job", args) // looks for the job, and sends no paid request
				synctest.Wait()
				equal := log.take()
				if len(equal) != 2 {
					t.Errorf("the equal call leaves %v", equal)
				}
				for _, line := range equal {
					if line["outcome"] != "uncertain" || line["level"] != "warn" || line["upstream_status"] != nil {
						t.Errorf("the equal call leaves %v", line)
					}
				}
			})
		})
	}
}

// A call without credentials has sent nothing that could fail.
func TestCallLogNoCredentials(t *testing.T) {
	log := &logLines{}
	f := servertest.Start(t, servertest.Options{
		Logger: zerolog.New(log).Level(zerolog.InfoLevel),
		Config: func(c *config.Config) { c.LangSmith.Credentials = langsmith.Credentials{} },
	})
	f.Call(t, "list_projects", nil)
	if lines := log.take(); len(lines) != 1 || lines[0]["outcome"] != "no_credentials" || lines[0]["failure"] != nil || lines[0]["upstream_status"] != nil {
		t.Errorf("it leaves %v", lines)
	}
}

// The documentation has a row for every outcome of a call, and no other.
func TestCallOutcomesInDocs(t *testing.T) {
	source, err := os.ReadFile("call_log.go")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("../docs/deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(document), "| `outcome` | meaning |")
	table, _, _ = strings.Cut(table, "\n\n")
	outcomes, documented := map[string]bool{}, map[string]bool{}
	for _, found := range regexp.MustCompile(`(?:return|outcome =|outcome:) "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		outcomes[found[1]] = true
	}
	for _, row := range regexp.MustCompile("(?m)^ *\\| (`[^|]*) \\|").FindAllStringSubmatch(table, -1) {
		for _, found := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			documented[found[1]] = true
		}
	}
	if len(outcomes) < 10 || !maps.Equal(outcomes, documented) {
		t.Errorf("docs/deployment.md has the outcomes %v, want %v", documented, outcomes)
	}
}
