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
	name  string // in --servers
	label string // in tables
	over  []transport
	argv  func(p paths, upstream string, over transport, addr string) []string
	env   func(p paths, upstream, home string) []string // nil for PATH alone
}

// The names of the references.
const (
	direct = "direct"
	mcpGo  = "mcp-go"
)

// paths are the paths of the programs.
type paths struct {
	ours, upstream, mcpGo, goSDK, node, typescript string
}

var servers = []server{
	{"ours", "langsmith-insights-mcp", []transport{stdio, streamable}, ourCommand("--state", "memory"), ourEnvironment},
	{"ours-dir", "langsmith-insights-mcp, state in a directory", []transport{stdio}, ourCommand(), ourEnvironment},
	{mcpGo, "mcp-go, minimal", []transport{stdio, streamable}, minimalCommand(func(p paths) []string { return []string{p.mcpGo} }), nil},
	{"mcp-go-validated", "mcp-go, minimal, its validation on", []transport{stdio, streamable}, minimalCommand(func(p paths) []string { return []string{p.mcpGo, "--validate"} }), nil},
	{"go-sdk", "official Go SDK, minimal", []transport{stdio, streamable}, minimalCommand(func(p paths) []string { return []string{p.goSDK} }), nil},
	{"typescript", "TypeScript SDK, minimal", []transport{stdio, streamable}, minimalCommand(func(p paths) []string { return []string{p.node, p.typescript} }), nil},
}

// ourCommand returns the command of langsmith-insights-mcp. Over HTTP its state is in
// memory by default.
func ourCommand(state ...string) func(paths, string, transport, string) []string {
	return func(p paths, _ string, over transport, addr string) []string {
		if over == streamable {
			return []string{p.ours, "http", "--addr", addr}
		}
		return append([]string{p.ours, "stdio"}, state...)
	}
}

// ourEnvironment returns an environment with a workspace, as for a key that spans several.
func ourEnvironment(_ paths, upstream, home string) []string {
	return []string{
		"HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"),
		"LANGSMITH_API_KEY=lsv2_pt_speed", "LANGSMITH_ENDPOINT=" + upstream,
		"LANGSMITH_WORKSPACE_ID=0b7d3c52-4d8a-4f0e-9a51-2f6f5f0f7c11",
	}
}

func minimalCommand(program func(paths) []string) func(paths, string, transport, string) []string {
	return func(p paths, upstream string, over transport, addr string) []string {
		argv := append(program(p), "--upstream", upstream)
		if over == streamable {
			argv = append(argv, "--http", addr)
		}
		return argv
	}
}

// client is the load client of a server over either transport.
type client interface {
	load.Runner
	Initialize() error
	ListTools() ([]byte, error)
}

// instance is a running server.
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
		return nil, i.fail(err)
	}
	i.client = load.NewHTTP(b.calls, addr)
	return i, nil
}

// stop ends the server and removes its files.
func (i *instance) stop() error {
	if i.client != nil {
		_ = i.client.Close() // over stdio this ends the input, as Stop does
	}
	i.process.Stop(i.over == streamable)
	return os.RemoveAll(i.home)
}

// fail ends the server and adds the end of its standard error to an error.
func (i *instance) fail(err error) error {
	_ = i.stop()
	return fmt.Errorf("%s over %s: %w\nits standard error: %s", i.name, i.over, err, i.process.Stderr())
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// maxStartTime bounds the wait for a server to listen.
const maxStartTime = 30 * time.Second

func awaitListener(p *process.Process, addr string) error {
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for begun := time.Now(); time.Since(begun) < maxStartTime && !p.HasEnded(); <-retry.C {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return conn.Close()
		}
	}
	return fmt.Errorf("it does not listen on %s", addr)
}
