package server_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/tasks"
)

// newAgingJob is a running job of an age.
func newAgingJob(age time.Duration) sandbox.Job {
	return sandbox.Job{Name: "Weekly", Status: "running", CreatedAt: time.Now().Add(-age)}
}

// pollInterval is that of a young job, by when the server has polled it too.
const pollInterval = 2*time.Second + time.Millisecond

// reads counts the requests to LangSmith for jobs.
func (s *taskFixture) reads() (n int) {
	for _, request := range s.Requests() {
		if strings.Contains(request.Path, "/insights/") {
			n++
		}
	}
	return n
}

func TestTaskUntilJobEnds(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		job := s.AddJob(s.project, sandbox.Job{Name: "Weekly", CreatedAt: time.Now(), Statuses: []string{"queued", "running", "success"}})
		created := s.wait(t, send, job, nil).Result
		id, _ := created["taskId"].(string)
		delete(created, "_meta")
		delete(created, "taskId")
		now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
		if want := map[string]any{
			"resultType": "task", "status": "working", "statusMessage": "queued for 0 s",
			"createdAt": now, "lastUpdatedAt": now, "ttlMs": nil, "pollIntervalMs": 2000.0,
		}; !reflect.DeepEqual(created, want) {
			t.Errorf("the task is %v, want %v", created, want)
		}
		time.Sleep(pollInterval)
		if working := get(t, send, id).Result; working["resultType"] != "complete" || working["status"] != "working" ||
			working["statusMessage"] != "running for 2 s" || working["createdAt"] != now || working["result"] != nil {
			t.Errorf("after 2 s the task is %v", working)
		}
		time.Sleep(pollInterval)
		ended := get(t, send, id).Result
		result, _ := ended["result"].(map[string]any)
		structured, _ := result["structuredContent"].(map[string]any)
		if ended["status"] != "completed" || ended["taskId"] != id || ended["pollIntervalMs"] != nil || result["resultType"] != "complete" ||
			structured["status"] != "success" || result["isError"] != nil {
			t.Errorf("in the end the task is %v", ended)
		}
		if plain := s.wait(t, send, job, nil).Result; !reflect.DeepEqual(plain["content"], result["content"]) {
			t.Errorf("the task's content is %v, a call's %v", result["content"], plain["content"])
		}
	})
}

// Quick calls return a plain result, and so do all calls of clients without tasks.
func TestOnlyWaitingBecomesATask(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		running, ended := s.AddJob(s.project, newAgingJob(time.Minute)), s.AddJob(s.project, sandbox.Job{Name: "Done"})
		noTasks := map[string]any{mcp.MetaKeyProtocolVersion: "2026-07-28", mcp.MetaKeyClientCapabilities: map[string]any{}}
		arguments := func(job uuid.UUID, more ...any) map[string]any {
			all := map[string]any{"session_id": s.project, "job_id": job}
			if len(more) > 0 {
				all["timeout_seconds"] = more[0]
			}
			return all
		}
		for name, params := range map[string]map[string]any{
			"has ended":         {"name": "wait_for_insights_job", "arguments": arguments(ended)},
			"looks once":        {"name": "wait_for_insights_job", "arguments": arguments(running, 0)},
			"no such job":       {"name": "wait_for_insights_job", "arguments": arguments(uuid.New())},
			"bad arguments":     {"name": "wait_for_insights_job", "arguments": arguments(running, -1)},
			"another tool":      {"name": "get_insights_job", "arguments": arguments(running)},
			"client takes none": {"name": "wait_for_insights_job", "arguments": arguments(running, 3), "_meta": noTasks},
		} {
			if result := send(t, "tools/call", params).Result; result["resultType"] != "complete" || result["taskId"] != nil || result["content"] == nil {
				t.Errorf("%s: the result is %v", name, result)
			}
		}
		id := s.begin(t, send, running, nil)
		for _, method := range []string{"tasks/get", "tasks/update", "tasks/cancel"} {
			refused := send(t, method, map[string]any{"taskId": id, "_meta": noTasks})
			want := map[string]any{"requiredCapabilities": map[string]any{"extensions": map[string]any{tasks.Extension: map[string]any{}}}}
			if refused.Error == nil || refused.Error.Code != mcp.MISSING_REQUIRED_CLIENT_CAPABILITY || !reflect.DeepEqual(refused.Error.Data, want) {
				t.Errorf("%s of a client without tasks: %+v", method, refused)
			}
		}
		discovered := send(t, "server/discover", nil).Result
		if capabilities := fmt.Sprint(discovered["capabilities"]); !strings.Contains(capabilities, tasks.Extension+":map[]") {
			t.Errorf("the capabilities are %s", capabilities)
		}
	})
}

// Protocol version 2025-11-25 has different tasks, which this server does not have.
func TestNoTasksBefore20260728(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		send := s.overStdio(t)
		declared := map[string]any{"extensions": map[string]any{tasks.Extension: map[string]any{}}}
		hello := send(t, "initialize", map[string]any{
			"_meta": map[string]any{}, "protocolVersion": "2025-11-25", "capabilities": declared,
			"clientInfo": map[string]any{"name": "test", "version": "1"},
		}).Result
		if strings.Contains(fmt.Sprint(hello), tasks.Extension) {
			t.Errorf("initialize returned %v", hello)
		}
		meta := map[string]any{mcp.MetaKeyClientCapabilities: declared}
		result := send(t, "tools/call", map[string]any{"_meta": meta, "name": "wait_for_insights_job", "arguments": map[string]any{
			"session_id": s.project, "job_id": s.AddJob(s.project, newAgingJob(time.Minute)), "timeout_seconds": 2,
		}}).Result
		if result["content"] == nil || result["taskId"] != nil {
			t.Errorf("a wait returned %v", result)
		}
		if response := send(t, "tasks/get", map[string]any{"_meta": meta, "taskId": "x"}); response.Error == nil || response.Error.Code != mcp.METHOD_NOT_FOUND {
			t.Errorf("tasks/get returned %+v", response)
		}
	})
}

// A task with timeout_seconds ends as its call would have.
func TestTaskTimeout(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		id := s.begin(t, send, s.AddJob(s.project, newAgingJob(0)), map[string]any{"timeout_seconds": 300})
		time.Sleep(299 * time.Second)
		if got := status(t, send, id); got != "working" {
			t.Errorf("before its timeout the task is %s", got)
		}
		time.Sleep(time.Second)
		ended := get(t, send, id).Result
		if ended["status"] != "completed" || !strings.Contains(fmt.Sprint(ended["result"]), "still running after a wait of 5 min") {
			t.Errorf("at its timeout the task is %v", ended)
		}
	})
}

func TestTaskOfFailedJob(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		job := sandbox.Job{Name: "Weekly", CreatedAt: time.Now(), Statuses: []string{"running", "error"}, Error: "No API key for the model"}
		id := s.begin(t, send, s.AddJob(s.project, job), nil)
		time.Sleep(pollInterval)
		if ended := get(t, send, id).Result; ended["status"] != "completed" || !strings.Contains(fmt.Sprint(ended["result"]), "No API key for the model") {
			t.Errorf("the task is %v", ended)
		}
	})
}

// A task continues after failed polls. A refusal ends it with the tool's own error.
func TestTaskWithFailingPolls(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		const looks = `/insights/[0-9a-f-]{36}$`
		id := s.begin(t, send, s.AddJob(s.project, newAgingJob(0)), nil)
		restore := s.Inject(sandbox.Fault{Path: looks, Status: 500, Body: `{"detail":"internal"}`})
		time.Sleep(30 * time.Second)
		if working := get(t, send, id).Result; working["status"] != "working" || !strings.Contains(fmt.Sprint(working["statusMessage"]), "status 500") {
			t.Errorf("while polls fail the task is %v", working)
		}
		restore()
		s.Inject(sandbox.Fault{Path: looks, Status: 403, Body: `{"detail":"Forbidden"}`})
		time.Sleep(time.Minute)
		ended := get(t, send, id).Result
		if result, _ := ended["result"].(map[string]any); ended["status"] != "completed" || result["isError"] != true || !strings.Contains(fmt.Sprint(result["content"]), "403") {
			t.Errorf("after a refusal the task is %v", ended)
		}
	})
}

// pollIntervalMs is the interval at which the server polls LangSmith, so that a client
// that keeps to it gets each state once, and in time.
func TestPollInterval(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		send := s.overStdio(t)
		for age, want := range map[time.Duration]float64{0: 2000, 5 * time.Minute: 10_000, 15 * time.Minute: 15_000, time.Hour: 30_000} {
			if created := s.wait(t, send, s.AddJob(s.project, newAgingJob(age)), nil).Result; created["pollIntervalMs"] != want {
				t.Errorf("at the age of %s pollIntervalMs is %v, want %v", age, created["pollIntervalMs"], want)
			}
		}
	})
}

// tasks/cancel ends the task, never the job.
func TestCancelTask(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		job := s.AddJob(s.project, sandbox.Job{Name: "Weekly", CreatedAt: time.Now(), Statuses: []string{"running", "running", "success"}})
		id, other := s.begin(t, send, job, nil), s.begin(t, send, job, nil)
		for range 2 {
			cancelled := send(t, "tasks/cancel", map[string]any{"taskId": id})
			delete(cancelled.Result, "_meta")
			if cancelled.Error != nil || !reflect.DeepEqual(cancelled.Result, map[string]any{"resultType": "complete"}) {
				t.Errorf("tasks/cancel returned %+v", cancelled)
			}
			if got := status(t, send, id); got != "cancelled" {
				t.Errorf("the cancelled task is %s", got)
			}
		}
		time.Sleep(2 * pollInterval)
		if got := status(t, send, other); got != "completed" {
			t.Errorf("another task of the job is %s", got)
		}
		// One that has ended stays as it is.
		send(t, "tasks/cancel", map[string]any{"taskId": other})
		if got := status(t, send, other); got != "completed" {
			t.Errorf("cancelled after its end, the task is %s", got)
		}
		for _, request := range s.Requests() {
			if request.Method != "GET" {
				t.Errorf("LangSmith was sent %s %s", request.Method, request.Path)
			}
		}
	})
}

// No task requests input, so tasks/update is acknowledged and ignored.
func TestUpdateTask(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		id := s.begin(t, send, s.AddJob(s.project, newAgingJob(0)), nil)
		updated := send(t, "tasks/update", map[string]any{"taskId": id, "inputResponses": map[string]any{"unasked": map[string]any{"action": "accept"}}})
		delete(updated.Result, "_meta")
		if updated.Error != nil || !reflect.DeepEqual(updated.Result, map[string]any{"resultType": "complete"}) {
			t.Errorf("tasks/update returned %+v", updated)
		}
		if got := status(t, send, id); got != "working" {
			t.Errorf("then the task is %s", got)
		}
	})
}

// An invented or damaged id, or another caller's, gets the same error from every
// method.
func TestTaskOfAnotherCaller(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		tokens := func(c *config.Config) {
			c.HTTP.AuthTokens = []langsmith.Secret{"first-0123456789abcdef", "second-0123456789abcdef"}
		}
		r := s.replica(t, tokens)
		first := map[string]string{"Authorization": "Bearer first-0123456789abcdef"}
		second := map[string]string{"Authorization": "Bearer second-0123456789abcdef"}
		ownKey := map[string]string{"Authorization": "Bearer first-0123456789abcdef", "X-API-Key": "lsv2_pt_own"}
		workspace := map[string]string{"Authorization": "Bearer first-0123456789abcdef", "X-API-Key": "lsv2_pt_own", "X-Tenant-Id": uuid.NewString()}
		job := s.AddJob(s.project, newAgingJob(0))
		id := s.begin(t, r.as(first), job, nil)
		if got := status(t, r.as(first), id); got != "working" {
			t.Errorf("to its caller the task is %s", got)
		}
		const unknown = "-32602 unknown task: this caller has no task with this id"
		for name, c := range map[string]struct {
			as map[string]string
			id string
		}{
			"another subject":   {second, id},
			"another key":       {ownKey, id},
			"another workspace": {workspace, id},
			"made up":           {first, "786512e2-9e0d-44bd-8f29-789f320fe840"},
			"damaged":           {first, strings.ToUpper(id[:1]) + strings.ToLower(id[1:])},
			"cut":               {first, id[:20]},
			"none":              {first, ""},
			"long":              {first, strings.Repeat("A", 5000)},
		} {
			for _, method := range []string{"tasks/get", "tasks/update", "tasks/cancel"} {
				response := r.as(c.as)(t, method, map[string]any{"taskId": c.id})
				if response.Error == nil || fmt.Sprint(response.Error.Code, " ", response.Error.Message) != unknown {
					t.Errorf("%s of an id that is %s: %+v", method, name, response)
				}
			}
		}
		if got := status(t, r.as(first), id); got != "working" {
			t.Errorf("after all that the task is %s", got)
		}
	})
}

// A gateway may route by the headers.
func TestTaskHeaders(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		r := s.replica(t, nil)
		id := s.begin(t, r.as(nil), s.AddJob(s.project, newAgingJob(0)), nil)
		for name, c := range map[string]struct {
			headers map[string]string
			status  int
		}{
			"as they should be": {nil, 200},
			"another id":        {map[string]string{mcp.HeaderName: id[1:]}, 400},
			"another method":    {map[string]string{mcp.HeaderMethod: "tasks/cancel"}, 400},
			"no name":           {map[string]string{mcp.HeaderName: ""}, 200}, // nothing here is routed by it
		} {
			if status, body := r.post(t, "tasks/get", map[string]any{"taskId": id}, c.headers); status != c.status {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
	})
}

// Any replica returns a task's state, also one that has started since.
func TestTaskAtEveryReplica(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		job := s.AddJob(s.project, sandbox.Job{Name: "Weekly", CreatedAt: time.Now(), Statuses: []string{"running", "running", "success"}})
		headers := map[string]string{"X-API-Key": "lsv2_pt_own"}
		id := s.begin(t, s.replica(t, nil).as(headers), job, nil)
		time.Sleep(time.Second)
		if got := status(t, s.replica(t, nil).as(headers), id); got != "working" {
			t.Errorf("on another replica the task is %s", got)
		}
		time.Sleep(10 * time.Second)
		if got := status(t, s.replica(t, nil).as(headers), id); got != "completed" {
			t.Errorf("on a third replica the task is %s", got)
		}
	})
}

// The arguments of a task are ids: a project that is renamed, or another default, does
// not make it another task.
func TestTaskKeepsItsProject(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		job := s.AddJob(s.project, newAgingJob(0))
		named := s.replica(t, func(c *config.Config) { c.LangSmith.Project = "support" })
		created := named.as(nil)(t, "tools/call", map[string]any{"name": "wait_for_insights_job", "arguments": map[string]any{"job_id": job}}).Result
		id, _ := created["taskId"].(string)
		if got := status(t, s.replica(t, nil).as(nil), id); got != "working" {
			t.Errorf("without the default project the task is %s", got)
		}
	})
}

// However many tasks are polled, and however often, LangSmith gets the requests of one
// waiting call: at most three in an interval.
func TestThousandTasksSharePolls(t *testing.T) {
	withTaskFixture(t, func(t *testing.T, s *taskFixture) {
		send := s.replica(t, nil).as(nil)
		job := s.AddJob(s.project, newAgingJob(5*time.Minute))
		ids := make([]string, 1000)
		atOnce := func(each func(i int)) {
			var group sync.WaitGroup
			for i := range ids {
				group.Go(func() { each(i) })
			}
			group.Wait()
		}
		atOnce(func(i int) { ids[i], _ = s.wait(t, send, job, nil).Result["taskId"].(string) })
		const halfInterval = 5 * time.Second
		for range 2 {
			time.Sleep(halfInterval)
			atOnce(func(i int) {
				if got := status(t, send, ids[i]); got != "working" {
					t.Errorf("a task is %s", got)
				}
			})
		}
		if got := s.reads(); got == 0 || got > 3 {
			t.Errorf("LangSmith got %d requests in an interval", got)
		}
	})
}

// A comparison waits for both of its jobs, and reports a failed one at once.
func TestComparisonAsTask(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		compare := func(job, baseline uuid.UUID) string {
			created := send(t, "tools/call", map[string]any{"name": "compare_insights_jobs", "arguments": map[string]any{
				"project": "support", "job_id": job, "baseline_job_id": baseline,
			}}).Result
			id, _ := created["taskId"].(string)
			if id == "" || created["status"] != "working" {
				t.Fatalf("the comparison returned %v", created)
			}
			return id
		}
		young := func(statuses ...string) uuid.UUID {
			job := sandbox.Job{Name: "Weekly", CreatedAt: time.Now(), Statuses: statuses}
			job.Clusters = []sandbox.Cluster{{Name: "Billing", NumRuns: 7}}
			return s.AddJob(s.project, job)
		}
		ended := compare(young("running", "success"), young("running", "running", "success"))
		failed := compare(young("running"), young("running", "error"))
		time.Sleep(pollInterval)
		if got := get(t, send, ended).Result; got["status"] != "working" {
			t.Errorf("with one of its reports the comparison is %v", got)
		}
		if got := get(t, send, failed).Result; got["status"] != "completed" || !strings.Contains(fmt.Sprint(got["result"]), "failed and has no report to compare") {
			t.Errorf("with a job that failed the comparison is %v", got)
		}
		time.Sleep(pollInterval)
		got := get(t, send, ended).Result
		if result, _ := got["result"].(map[string]any); got["status"] != "completed" || result["isError"] != nil || !strings.Contains(fmt.Sprint(result["structuredContent"]), "unchanged") {
			t.Errorf("with both its reports the comparison is %v", got)
		}
	})
}
