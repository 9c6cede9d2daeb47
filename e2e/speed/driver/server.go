package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"langsmith-insights-mcp/e2e/speed/load"
	"langsmith-insights-mcp/e2e/speed/process"
)

type transport string

const (
	stdio      transport = "stdio"
	streamable transport = "Streamable HTTP"
)

// server is a program that is measured.
type server struct {
	name  string // as --servers names it
	label string // as tables do
	over  []transport
	argv  func(p paths, upstream string, over transport, addr string) []string
	env   func(p paths, upstream, home string) []string // nil for none but PATH
}

// The names that tables refer to.
const (
	direct = "direct"
	mcpGo  = "mcp-go"
)

// paths are where the programs are.
type paths struct {
	ours, upstream, mcpGo, goSDK, node, typescript string
}

var servers = []server{
	{"ours", "langsmith-insights-mcp", []transport{stdio, streamable}, ours("--state", "memory"), oursEnv},
	{"ours-dir", "langsmith-insights-mcp, state in a directory", []transport{stdio}, ours(), oursEnv},
	{mcpGo, "mcp-go, minimal", []transport{stdio, streamable}, standIn(func(p paths) []string { return []string{p.mcpGo} }), nil},
	{"mcp-go-validated", "mcp-go, minimal, its validation on", []transport{stdio, streamable}, standIn(func(p paths) []string { return []string{p.mcpGo, "--validate"} }), nil},
	{"go-sdk", "official Go SDK, minimal", []transport{stdio, streamable}, standIn(func(p paths) []string { return []string{p.goSDK} }), nil},
	{"typescript", "TypeScript SDK, minimal", []transport{stdio, streamable}, standIn(func(p paths) []string { return []string{p.node, p.typescript} }), nil},
}

// ours is the program itself; over HTTP its state is in memory by default.
func ours(state ...string) func(paths, string, transport, string) []string {
	return func(p paths, _ string, over transport, addr string) []string {
		if over == streamable {
			return []string{p.ours, "http", "--addr", addr}
		}
		return append([]string{p.ours, "stdio"}, state...)
	}
}

// oursEnv has the workspace in it, as a user's would whose key spans several.
func oursEnv(_ paths, upstream, home string) []string {
	return []string{
		"HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"),
		"LANGSMITH_API_KEY=lsv2_pt_speed", "LANGSMITH_ENDPOINT=" + upstream,
		"LANGSMITH_WORKSPACE_ID=0b7d3c52-4d8a-4f0e-9a51-2f6f5f0f7c11",
	}
}

func standIn(program func(paths) []string) func(paths, string, transport, string) []string {
	return func(p paths, upstream string, over transport, addr string) []string {
		argv := append(program(p), "--upstream", upstream)
		if over == streamable {
			argv = append(argv, "--http", addr)
		}
		return argv
	}
}

// client is the load client of a server, whatever the transport.
type client interface {
	load.Runner
	Initialize() error
	ListTools() ([]byte, error)
}

// instance is a server that runs.
type instance struct {
	*server
	over    transport
	process *process.Process
	client  client
	home    string
}

// start starts a server. Over HTTP it waits until the server listens.
func (b *bench) start(s *server, over transport) (*instance, error) {
	home, err := os.MkdirTemp(b.work, "home")
	if err != nil {
		return nil, err
	}
	addr := ""
	if over == streamable {
		if addr, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	env := []string{"PATH=" + os.Getenv("PATH")}
	if s.env != nil {
		env = append(env, s.env(b.paths, b.upstream.url(), home)...)
	}
	started, err := process.Start(s.argv(b.paths, b.upstream.url(), over, addr), env)
	if err != nil {
		return nil, err
	}
	i := &instance{server: s, over: over, process: started, home: home}
	if over == stdio {
		i.client = load.NewStdio(b.calls, started.In, started.Out)
		return i, nil
	}
	if err := awaitListener(started, addr); err != nil {
		return nil, i.failed(err)
	}
	i.client = load.NewHTTP(b.calls, addr)
	return i, nil
}

// stop ends the server and removes what it wrote.
func (i *instance) stop() error {
	if i.client != nil {
		_ = i.client.Close() // over stdio the end of the input, which Stop repeats
	}
	i.process.Stop(i.over == streamable)
	return os.RemoveAll(i.home)
}

// failed ends the server and adds what it said last to an error.
func (i *instance) failed(err error) error {
	_ = i.stop()
	return fmt.Errorf("%s over %s: %w\nits last words: %s", i.name, i.over, err, i.process.Said())
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// longestStart bounds the wait for a server to listen.
const longestStart = 30 * time.Second

func awaitListener(p *process.Process, addr string) error {
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for begun := time.Now(); time.Since(begun) < longestStart && !p.Ended(); <-retry.C {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return conn.Close()
		}
	}
	return fmt.Errorf("it does not listen on %s", addr)
}
