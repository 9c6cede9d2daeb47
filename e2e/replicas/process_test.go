// Package replicas runs several real servers behind a real balancer over one
// Redis, and takes some of them away under load.
package replicas

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// journal is what a process has written, to be waited upon.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
	news news
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.news.tell()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// await returns when the words have been written.
func (j *journal) await(t testing.TB, words string) {
	t.Helper()
	await(t, func() (bool, any, <-chan struct{}) {
		j.mu.Lock()
		defer j.mu.Unlock()
		text := j.text.String()
		return strings.Contains(text, words), "no " + words + " in " + tail(text), j.news.changed()
	})
}

// process is a program that runs.
type process struct {
	cmd   *exec.Cmd
	wrote *journal
	ended chan error
}

// run starts a program, which ends with the test if not before.
func run(t testing.TB, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), wrote: &journal{}, ended: make(chan error, 1)}
	p.cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	p.cmd.Stdout, p.cmd.Stderr = p.wrote, p.wrote
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s %v wrote:\n%s", name, args, tail(p.wrote.String()))
		}
	})
	return p
}

// kill ends the process as a machine that fails does.
func (p *process) kill() { p.signal(syscall.SIGKILL) }

// signal sends a signal and returns what the process ended with.
func (p *process) signal(signal syscall.Signal) error {
	_ = p.cmd.Process.Signal(signal) // it may have ended
	err := <-p.ended
	p.ended <- err
	return err
}

func tail(text string) string {
	const most = 4000
	if len(text) > most {
		return "..." + text[len(text)-most:]
	}
	return text
}

// freeAddress is a port that nobody uses, below those that the system gives to
// outgoing connections: it must still be free when a process comes back to it.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.N(12000))
		listener, err := net.Listen("tcp", address)
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = listener.Close()
		return address
	}
	t.Fatal("no port is free")
	return ""
}

// awaitListener returns when somebody accepts connections at the address.
func awaitListener(t testing.TB, address string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
	}
	t.Fatalf("nobody listens on %s", address)
}
