package replicas

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
)

// cluster is three replicas behind a balancer, with what they share.
type cluster struct {
	langSmith *langSmith
	redis     *redis
	replicas  []*replica
	balancer  string // its address
	haproxy   *process
	client    *http.Client
}

type clusterOptions struct {
	args     []string // of the replicas, further ones
	affinity bool     // a session stays with one replica
	quiet    bool     // the replicas write no log
}

func start(t testing.TB, o clusterOptions) *cluster {
	t.Helper()
	c := &cluster{
		langSmith: newLangSmith(),
		redis:     &redis{address: freeAddress(t), dir: t.TempDir()},
		balancer:  freeAddress(t),
		client:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2000}},
	}
	c.redis.start(t)
	env := []string{"INSIGHTS_BIND=" + c.balancer}
	if o.affinity {
		env = append(env, "SESSION_AFFINITY=1")
	}
	for n := 1; n <= 3; n++ {
		r := &replica{name: fmt.Sprintf("replica%d", n), address: freeAddress(t)}
		r.args = append([]string{"http", "--addr", r.address, "--state", "redis://" + c.redis.address + "/0"}, o.args...)
		r.env = []string{"HOME=" + t.TempDir(), "LANGSMITH_ENDPOINT=" + upstreamURL, "HTTP_PROXY=" + c.langSmith.proxyFor(t, r.name)}
		r.quiet = o.quiet
		r.start(t)
		c.replicas = append(c.replicas, r)
		env = append(env, fmt.Sprintf("REPLICA_%d=%s", n, r.address))
	}
	c.haproxy = run(t, env, "haproxy", "-db", "-f", "../../deploy/haproxy/haproxy.cfg")
	awaitListener(t, c.balancer)
	t.Cleanup(c.client.CloseIdleConnections)
	return c
}

// connectingAnew is the cluster for callers who open a connection for each request.
func (c *cluster) connectingAnew() *cluster {
	anew := *c
	anew.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return &anew
}

// givenTo returns the replica that the balancer gave a request to, the last one
// where it tried several. It says so when the request is over, but not of those
// after a connection's first that a replica leaves without an answer: HAProxy
// closes the connection for the client to send them again, and logs nothing.
func (c *cluster) givenTo(t testing.TB, requestID string) string {
	t.Helper()
	captured := "{" + requestID + "}"
	c.haproxy.wrote.await(t, captured)
	for line := range strings.Lines(c.haproxy.wrote.String()) {
		if !strings.Contains(line, captured) {
			continue
		}
		for _, r := range c.replicas {
			if strings.Contains(line, "/"+r.name+" ") {
				return r.name
			}
		}
		return strings.TrimSpace(line)
	}
	return "" // the line is there: it was awaited
}

// replica is one server.
type replica struct {
	name, address string
	env, args     []string
	quiet         bool
	*process
}

// start starts the server, or starts it again.
func (r *replica) start(t testing.TB) {
	t.Helper()
	path := os.Getenv("PROGRAM")
	if path == "" {
		t.Fatal("PROGRAM names no program; use the run script beside this file")
	}
	r.process = run(t, r.env, path, r.args...)
	if r.quiet {
		awaitListener(t, r.address)
		return
	}
	r.wrote.await(t, `"message":"serving"`)
}

// saw reports whether the server has answered a request.
func (r *replica) saw(requestID string) bool { return strings.Contains(r.wrote.String(), requestID) }

// end ends the server as a rolling update does.
func (r *replica) end(t testing.TB) {
	t.Helper()
	if err := r.signal(syscall.SIGTERM); err != nil {
		t.Errorf("%s ended with %v", r.name, err)
	}
}

// redis is a Redis that forgets nothing it was told.
type redis struct {
	address, dir string
	*process
}

// start starts it, or starts it again with what it remembers.
func (r *redis) start(t testing.TB) {
	t.Helper()
	host, port, err := net.SplitHostPort(r.address)
	if err != nil {
		t.Fatal(err)
	}
	r.process = run(t, nil, "redis-server", "--bind", host, "--port", port, "--dir", r.dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always")
	r.wrote.await(t, "Ready to accept connections")
}

// command gives Redis a command that it answers with OK.
func (r *redis) command(t testing.TB, words string) {
	t.Helper()
	connection, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	answer := make([]byte, len("+OK"))
	if _, err := fmt.Fprintf(connection, "%s\r\n", words); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(connection, answer); err != nil || string(answer) != "+OK" {
		t.Fatalf("%s: %q, %v", words, answer, err)
	}
}
