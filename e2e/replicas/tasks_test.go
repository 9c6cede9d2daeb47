package replicas

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

const tasksExtension = "io.modelcontextprotocol/tasks"

// task is a task, or the error of a request for one.
type task struct {
	ID             string `json:"taskId"`
	Status         string `json:"status"`
	PollIntervalMs int    `json:"pollIntervalMs"`
	Result         json.RawMessage
}

// askTask sends a request of a caller with the tasks extension. name is the tool or the
// task of the request.
func (c *cluster) askTask(t testing.TB, address string, who caller, method, name string, params object) task {
	t.Helper()
	const prefix = "io.modelcontextprotocol/"
	params["_meta"] = object{
		prefix + "protocolVersion": stateless, prefix + "clientInfo": object{"name": "test", "version": "1"},
		prefix + "clientCapabilities": object{"extensions": object{tasksExtension: object{}}},
	}
	h := who.headers().with(headers{"Mcp-Protocol-Version": stateless, "Mcp-Method": method, "Mcp-Name": name})
	answer, text := c.send(t, http.MethodPost, "http://"+address+"/mcp", h, message(1, method, params))
	var m struct{ Result *task }
	if err := json.Unmarshal([]byte(text), &m); err != nil || m.Result == nil {
		t.Fatalf("%s: %s %s, %v", method, answer.Status, text, err)
	}
	return *m.Result
}

// The replica that created a task is killed. The other replicas return its state up to the
// report, and so does the restarted one.
func TestTaskOutlivesReplica(t *testing.T) {
	c := start(t, clusterOptions{})
	who := c.langSmith.newCaller()
	h, body := statelessCall(who, "create_insights_job", object{"session_id": who.project, "name": "awaited"})
	made, err := c.call(t.Context(), c.balancer, h, body)
	if err != nil || made.isError {
		t.Fatalf("%v, %+v", err, made)
	}
	maker := c.replicas[0]
	created := c.askTask(t, maker.address, who, "tools/call", "wait_for_insights_job", object{
		"name": "wait_for_insights_job", "arguments": object{"session_id": who.project, "job_id": made.job.ID},
	})
	if created.ID == "" || created.Status != "working" {
		t.Fatalf("the wait is answered with %+v", created)
	}
	maker.kill()
	get := func(address string) task {
		t.Helper()
		return c.askTask(t, address, who, "tasks/get", created.ID, object{"taskId": created.ID})
	}
	for _, r := range c.replicas[1:] {
		if got := get(r.address); got.Status != "working" {
			t.Errorf("at %s the task is %+v", r.name, got)
		}
	}
	c.langSmith.finishJobs()
	polls, last := 0, get(c.balancer)
	for ; last.Status == "working"; polls++ {
		time.Sleep(time.Duration(last.PollIntervalMs) * time.Millisecond) // as clients should
		last = get(c.balancer)
	}
	maker.start(t)
	for _, r := range c.replicas {
		got := get(r.address)
		report, err := readResult([]byte(`{"result":` + string(got.Result) + `}`))
		if got.Status != "completed" || err != nil || report.isError || report.job.Status != "success" {
			t.Errorf("in the end the task at %s is %+v, %v", r.name, got, err)
		}
	}
	t.Logf("completed after %d polls", polls)
}
