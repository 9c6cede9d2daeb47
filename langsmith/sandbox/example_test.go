package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// The example starts a job and reads it until it has ended. It opens no socket: the client's
// transport is the sandbox.
func Example() {
	langSmith := sandbox.New(sandbox.Options{
		Now:            func() time.Time { return time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC) },
		AllowAnonymous: true,
		ReadsUntilDone: 1,
	})
	client := &http.Client{Transport: langSmith.RoundTripper()}
	base := fmt.Sprintf("http://sandbox/sessions/%s/insights", sandbox.SampleProject(uuid.Nil, sandbox.ChatProd))

	var created struct{ ID, Status string }
	decode(client.Post(base, "application/json", strings.NewReader(`{"name": "Weekly", "last_n_hours": 168}`)))(&created)
	fmt.Println(created.Status)

	var job struct {
		Status string
		Report struct{ Title string }
	}
	decode(client.Get(base + "/" + created.ID))(&job)
	fmt.Println(job.Status)
	fmt.Println(job.Report.Title)
	// Output:
	// queued
	// success
	// Billing leads with 31 % of 161 traces; Identity check rejects returning customers fails most (sandbox)
}

// With this fault a request takes effect, and its sender gets a broken connection.
func ExampleSandbox_Inject() {
	langSmith := sandbox.New(sandbox.Options{AllowAnonymous: true})
	langSmith.Inject(sandbox.Fault{Method: "POST", Path: "/insights$", Times: 1, DropAfter: true})
	client := &http.Client{Transport: langSmith.RoundTripper()}
	session := sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)

	_, err := client.Post(fmt.Sprintf("http://sandbox/sessions/%s/insights", session), "application/json", strings.NewReader(`{}`))
	fmt.Println("answered:", err == nil)
	fmt.Println("started:", langSmith.JobsStarted())
	// Output:
	// answered: false
	// started: 1
}

func decode(resp *http.Response, err error) func(any) {
	if err != nil {
		panic(err)
	}
	return func(into any) {
		defer func() { _ = resp.Body.Close() }()
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			panic(err)
		}
	}
}
