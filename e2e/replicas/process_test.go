// Package replicas runs several real servers behind a real load balancer with one Redis,
// and kills some of them under load.
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

// output is the output of a process. A test can wait for a part of it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changes changes
}

func (j *output) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.changes.notify()
	return j.text.Write(p)
}

func (j *output) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// await waits for a text in the output.
func (j *output) await(t testing.TB, words string) {
	t.Helper()
	await(t, func() (bool, any, <-chan struct{}) {
		j.mu.Lock()
		defer j.mu.Unlock()
		text := j.text.String()
		return strings.Contains(text, words), "no " + words + " in " + endOf(text), j.changes.nextChange()
	})
}

// process is a running program.
type process struct {
	cmd   *exec.Cmd
	wrote *output
	ended chan error
}

// run starts a program, which ends with the test at the latest.
func run(t testing.TB, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), wrote: &output{}, ended: make(chan error, 1)}
	p.cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	p.cmd.Stdout, p.cmd.Stderr = p.wrote, p.wrote
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s %v wrote:\n%s", name, args, endOf(p.wrote.String()))
		}
	})
	return p
}

// kill ends the process like a failed machine.
func (p *process) kill() { p.signal(syscall.SIGKILL) }

// signal sends a signal and returns the error of the process.
func (p *process) signal(signal syscall.Signal) error {
	_ = p.cmd.Process.Signal(signal) // it may have ended
	err := <-p.ended
	p.ended <- err
	return err
}

func endOf(text string) string {
	const most = 4000
	if len(text) > most {
		return "..." + text[len(text)-most:]
	}
	return text
}

// freeAddress returns the address of a free port. It is below the ports of outgoing
// connections, so that a restarted process can use it again.
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

// awaitListener waits until an address accepts connections.
func awaitListener(t testing.TB, address string) {
	t.Helper()
	for deadline := time.Now().Add(waitTime); time.Now().Before(deadline); {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
	}
	t.Fatalf("nothing listens on %s", address)
}
