package paid

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/tools/paid/state"
)

var killCount = flag.Int("kills", 15, "how many processes to kill for each store")

func TestMain(m *testing.M) {
	if os.Getenv(childState) != "" {
		if err := runChild(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// The variables of a child process.
const (
	childState    = "PAID_TEST_STATE"
	childUpstream = "PAID_TEST_UPSTREAM"
	childProject  = "PAID_TEST_PROJECT"
)

// runChild is a process that makes one call and prints the job's id.
func runChild() error {
	ctx := context.Background()
	store, err := state.Open(os.Getenv(childState))
	if err != nil {
		return err
	}
	endpoint, err := langsmith.ParseEndpoint(os.Getenv(childUpstream))
	if err != nil {
		return err
	}
	project, err := uuid.Parse(os.Getenv(childProject))
	if err != nil {
		return err
	}
	client := langsmith.New(langsmith.Options{Endpoint: endpoint, Credentials: langsmith.Credentials{APIKey: secret}})
	call, err := NewCall(client, project, &langsmith.CreateInsightsJobRequest{})
	if err != nil {
		return err
	}
	ledger := New(Options{Store: store})
	outcome, err := ledger.Start(ctx, call)
	if err != nil {
		return err
	}
	if len(outcome.Notes) > 0 {
		return fmt.Errorf("notes: %q", outcome.Notes)
	}
	fmt.Println(outcome.Job.ID)
	return ledger.Drain(ctx)
}

// killPoint is the point at which a child is killed.
type killPoint string

const (
	atList       killPoint = "when it lists the jobs"
	beforePost   killPoint = "when its request arrives"
	afterPost    killPoint = "when its request has been processed"
	whileReading killPoint = "when it has begun to read the answer"
	soonAfter    killPoint = "some microseconds after the answer"
)

var killPoints = []killPoint{atList, beforePost, afterPost, whileReading, soonAfter}

// killer is a proxy before a sandbox that kills its client at one point. A request that has
// arrived is still processed, as by LangSmith.
type killer struct {
	*sandbox.Sandbox
	point killPoint
	once  sync.Once
	child chan *os.Process
}

func (k *killer) kill() { k.once.Do(func() { _ = (<-k.child).Kill() }) }

func (k *killer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(context.WithoutCancel(r.Context()))
	if r.Method == http.MethodGet && k.point == atList {
		k.kill()
	}
	if r.Method != http.MethodPost {
		k.Sandbox.ServeHTTP(w, r)
		return
	}
	if k.point == beforePost {
		k.kill()
	}
	answer := httptest.NewRecorder()
	k.Sandbox.ServeHTTP(answer, r)
	if k.point == afterPost {
		k.kill()
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	body := answer.Body.Bytes()
	_, _ = w.Write(body[:len(body)/2])
	if k.point == whileReading {
		_ = http.NewResponseController(w).Flush()
		k.kill()
	}
	_, _ = w.Write(body[len(body)/2:])
	if k.point == soonAfter {
		_ = http.NewResponseController(w).Flush()
		time.AfterFunc(rand.N(3*time.Millisecond), k.kill)
	}
}

// TestKilledProcesses kills processes while another one makes the same call: there must
// be one job at any point.
func TestKilledProcesses(t *testing.T) {
	count := *killCount
	if testing.Short() {
		count = len(killPoints)
	}
	eachSpec(t, func(t *testing.T, spec string) {
		var killed atomic.Int32
		var group sync.WaitGroup
		for n := range count { // they mostly wait: for a lease to run out, and between looks
			group.Go(func() {
				if killOne(t, spec, killPoints[n%len(killPoints)]) {
					killed.Add(1)
				}
			})
		}
		group.Wait()
		t.Logf("%d processes killed, %d ended before", killed.Load(), count-int(killed.Load()))
	})
}

// killOne reports whether the process died of the kill.
func killOne(t *testing.T, spec string, point killPoint) bool {
	k := &killer{Sandbox: sandbox.New(sandbox.Options{Empty: true, JobDuration: time.Hour, Seed: uuid.NewString()}), point: point, child: make(chan *os.Process, 1)}
	project := k.AddProject(sandbox.Project{ID: uuid.New(), Name: "p"})
	server := httptest.NewServer(k)
	defer server.Close()
	child := func() *exec.Cmd {
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), childState+"="+spec, childUpstream+"="+server.URL, childProject+"="+project.String())
		return command
	}
	var said bytes.Buffer
	first := child()
	first.Stdout, first.Stderr = &said, &said
	if err := first.Start(); err != nil {
		t.Error(err)
		return false
	}
	k.child <- first.Process
	err := first.Wait()
	died := err != nil
	if died && first.ProcessState.ExitCode() != -1 {
		t.Errorf("the first process failed by itself: %v: %s", err, said.String())
	}
	output, err := child().CombinedOutput()
	if err != nil {
		t.Errorf("killed %s: the second process: %v: %s", point, err, output)
	}
	jobs := k.Jobs(uuid.Nil, project)
	if len(jobs) != 1 || jobs[0].ID.String() != strings.TrimSpace(string(output)) {
		t.Errorf("killed %s: the second process reports %q, jobs are %v", point, output, jobs)
	}
	return died
}
