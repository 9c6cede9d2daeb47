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

// cluster is three replicas behind a load balancer, with the LangSmith and the Redis that
// they share.
type cluster struct {
	langSmith *langSmith
	redis     *redis
	replicas  []*replica
	balancer  string // its address
	haproxy   *process
	client    *http.Client
}

type clusterOptions struct {
	args     []string // further arguments of the replicas
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

// withoutKeepAlive returns a cluster with a client that opens a connection for each
// request.
func (c *cluster) withoutKeepAlive() *cluster {
	changed := *c
	changed.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return &changed
}

// replicaOf returns the replica that got a request, the last one if the load balancer tried
// several. It is known when the request has ended, except for later requests of a
// connection that a replica leaves without a response: then HAProxy closes the connection,
// so that the client repeats them, and logs nothing.
func (c *cluster) replicaOf(t testing.TB, requestID string) string {
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
	return "" // the line exists: it was waited for
}

// replica is one server.
type replica struct {
	name, address string
	env, args     []string
	quiet         bool
	*process
}

// start starts the server, or restarts it.
func (r *replica) start(t testing.TB) {
	t.Helper()
	path := os.Getenv("PROGRAM")
	if path == "" {
		t.Fatal("PROGRAM is not set; use the script run")
	}
	r.process = run(t, r.env, path, r.args...)
	if r.quiet {
		awaitListener(t, r.address)
		return
	}
	r.wrote.await(t, `"message":"serving"`)
}

// hasAnswered reports whether the server has responded to a request.
func (r *replica) hasAnswered(requestID string) bool {
	return strings.Contains(r.wrote.String(), requestID)
}

// end ends the server as a rolling update does.
func (r *replica) end(t testing.TB) {
	t.Helper()
	if err := r.signal(syscall.SIGTERM); err != nil {
		t.Errorf("%s ended with %v", r.name, err)
	}
}

// redis is a Redis that persists every write.
type redis struct {
	address, dir string
	*process
}

// start starts it, or restarts it with its data.
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

// command sends a command to Redis, whose response must be OK.
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
