package replicas

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// startBehindNginx starts a cluster behind nginx with the configuration in deploy, apart
// from its addresses.
func startBehindNginx(t *testing.T) *cluster {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("nginx is not installed")
	}
	c := start(t, clusterOptions{})
	config, err := os.ReadFile("../../deploy/nginx/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	c.balancer = freeAddress(t)
	text := strings.NewReplacer("127.0.0.1:8080", c.balancer,
		"127.0.0.1:8081", c.replicas[0].address, "127.0.0.1:8082", c.replicas[1].address, "127.0.0.1:8083", c.replicas[2].address,
	).Replace(string(config))
	dir := t.TempDir()
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "nginx", "-p", dir, "-c", path, "-e", "stderr", "-g", "daemon off; master_process off; pid "+filepath.Join(dir, "pid")+";")
	awaitListener(t, c.balancer)
	return c
}

// nginx passes events on immediately, sends the messages of a stream to its replica, and
// loses no call during a rolling update.
func TestBehindNginx(t *testing.T) {
	c := startBehindNginx(t)

	who := c.langSmith.newCaller()
	h, create := statelessCall(who, "create_insights_job", object{"session_id": who.project})
	created, err := c.call(t.Context(), c.balancer, h, create)
	if err != nil || created.isError {
		t.Fatalf("%v: %+v", err, created)
	}
	wait, err := c.open(t.Context(), http.MethodPost, "http://"+c.balancer+"/mcp", c.session(t, c.balancer, who, object{}),
		toolCall(2, "wait_for_insights_job", object{"session_id": who.project, "job_id": created.job.ID, "timeout_seconds": 600}))
	if err != nil {
		t.Fatal(err)
	}
	defer wait.Body.Close()
	messages := newEvents(wait.Body)
	if event, err := messages.next(); err != nil || !strings.Contains(string(event), "notifications/progress") {
		t.Errorf("the first event of a wait: %v: %s", err, event)
	}
	c.langSmith.finishJobs()
	if event, err := messages.last(); err != nil || !strings.Contains(string(event), `"success"`) {
		t.Errorf("the last event of a wait: %v: %s", err, event)
	}

	for range 4 {
		who := c.langSmith.newCaller()
		_, messages, path := c.openSSE(t, who)
		posted, text := c.send(t, http.MethodPost, "http://"+c.balancer+path, who.headers(), initialize(object{}))
		if posted.StatusCode != http.StatusAccepted {
			t.Fatalf("%s: %s", posted.Status, text)
		}
		if answer, err := messages.next(); err != nil || !strings.Contains(string(answer), `"result"`) {
			t.Fatalf("%v: %s", err, answer)
		}
	}

	for _, r := range c.replicas {
		r.end(t)
		for range 20 {
			caller := c.langSmith.newCaller()
			h, body := statelessCall(caller, "list_projects", object{})
			if got, err := c.call(t.Context(), c.balancer, h, body); err != nil || got.isError {
				t.Fatalf("without %s: %v: %+v", r.name, err, got)
			}
		}
		r.start(t)
	}
}
