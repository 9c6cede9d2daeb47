// Package redistest runs a real Redis or Valkey for tests, on a free port of
// the loopback interface, with nothing in it and nothing kept.
package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Server is a running Redis.
type Server struct {
	tb      testing.TB
	binary  string
	args    []string
	ready   string // what it says when it can be asked
	port    int
	command *exec.Cmd
	output  sync.WaitGroup // the reading of what it writes
}

// Start runs a server that ends with the test, with further arguments such as
// "--maxmemory", "1mb". Where none is installed the test is skipped, and says so.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	return start(tb, "Ready to accept connections", append([]string{"--save", "", "--appendonly", "no"}, args...)...)
}

// StartSentinel runs a Sentinel that watches a server under a name.
func StartSentinel(tb testing.TB, name string, watched *Server) *Server {
	tb.Helper()
	configuration := filepath.Join(tb.TempDir(), "sentinel.conf") // which it writes to
	monitor := fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 1\n", name, watched.port)
	if err := os.WriteFile(configuration, []byte(monitor), 0o600); err != nil {
		tb.Fatal(err)
	}
	return start(tb, "+monitor master", configuration, "--sentinel")
}

func start(tb testing.TB, ready string, args ...string) *Server {
	tb.Helper()
	for _, name := range []string{"redis-server", "valkey-server"} {
		if binary, err := exec.LookPath(name); err == nil {
			s := &Server{tb: tb, binary: binary, args: args, ready: ready}
			tb.Cleanup(s.Stop)
			s.Restart()
			return s
		}
	}
	tb.Skip("SKIPPED: no redis-server or valkey-server is installed (Debian: apt-get install redis-server)")
	return nil
}

// Address is its host and port.
func (s *Server) Address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// URL is what --state takes.
func (s *Server) URL() string { return "redis://" + s.Address() + "/0" }

// Stop kills the server. Everything in it is gone.
func (s *Server) Stop() {
	if s.command == nil {
		return
	}
	_ = s.command.Process.Kill()
	s.output.Wait()
	_ = s.command.Wait()
	s.command = nil
}

// Restart runs the server again at the same address.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Stop()
	const tries = 5 // another program may take the free port first
	for try := 1; ; try++ {
		if s.port == 0 {
			s.port = freePort(s.tb)
		}
		said, ready := s.run()
		if ready {
			return
		}
		s.Stop()
		s.port = 0
		if try == tries {
			s.tb.Fatalf("%s does not start:\n%s", s.binary, said)
		}
	}
}

func (s *Server) run() (said string, ready bool) {
	s.tb.Helper()
	s.command = exec.Command(s.binary, append(slices.Clone(s.args),
		"--bind", "127.0.0.1", "--port", fmt.Sprint(s.port), "--dir", s.tb.TempDir())...)
	output, err := s.command.StdoutPipe()
	if err != nil {
		s.tb.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		s.tb.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), s.ready) {
			s.output.Go(func() { _, _ = io.Copy(io.Discard, output) })
			return said, true
		}
	}
	return said, false
}

func freePort(tb testing.TB) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		tb.Fatal(err)
	}
	return port
}
