// Package process starts the measured programs and reads their use of processor and memory
// on Linux.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Process is a running program. Its standard error is read, as a host does.
type Process struct {
	In, Out *os.File // the program's standard input and output
	command *exec.Cmd
	stderr  *tail
	ended   chan struct{}
}

// Start starts a program with an environment.
func Start(argv, env []string) (*Process, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, inRead.Close(), inWrite.Close())
	}
	p := &Process{In: inWrite, Out: outRead, stderr: &tail{}, ended: make(chan struct{})}
	p.command = exec.Command(argv[0], argv[1:]...)
	p.command.Env, p.command.Stdin, p.command.Stdout, p.command.Stderr = env, inRead, outWrite, p.stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it ends with this process
	err = p.command.Start()
	if err := errors.Join(err, inRead.Close(), outWrite.Close()); err != nil {
		return nil, errors.Join(err, inWrite.Close(), outRead.Close())
	}
	go func() {
		_ = p.command.Wait() // a program that was stopped may return an error code
		close(p.ended)
	}()
	return p, nil
}

// Stderr returns the end of the program's standard error. It may be called after the
// program has ended.
func (p *Process) Stderr() string { return strings.TrimSpace(string(p.stderr.kept)) }

// grace is how long a program may take to end.
const grace = 3 * time.Second

// Stop ends the program: by closing its input, else by SIGTERM, else by SIGKILL.
func (p *Process) Stop(serves bool) {
	_ = p.In.Close() // a load client may have closed it
	if serves {
		_ = p.command.Process.Signal(syscall.SIGTERM)
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		select {
		case <-p.ended:
		case <-time.After(grace):
			_ = p.command.Process.Signal(signal)
		}
	}
	<-p.ended
	_ = p.Out.Close()
}

// HasEnded reports whether the program has ended.
func (p *Process) HasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// CPU returns the processor time of all threads of the program, in user and kernel mode. It
// reads the process's CPU clock, since utime and stime of /proc/PID/stat have steps of 10
// ms.
func (p *Process) CPU() (time.Duration, error) {
	// See clock_getcpuclockid(3): CPUCLOCK_SCHED of a process.
	clock := int32(^p.command.Process.Pid<<3 | 2)
	var used unix.Timespec
	if err := unix.ClockGettime(clock, &used); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", p.command.Process.Pid, err)
	}
	return time.Duration(used.Nano()), nil
}

// Memory is a program's memory, in bytes.
type Memory struct {
	RSS       int64 // resident
	Anonymous int64 // the part that belongs to no file: heap and stacks
}

// Memory reads /proc/PID/smaps_rollup.
func (p *Process) Memory() (Memory, error) {
	path := fmt.Sprintf("/proc/%d/smaps_rollup", p.command.Process.Pid)
	rollup, err := os.ReadFile(path)
	if err != nil {
		return Memory{}, err
	}
	m := Memory{RSS: readField(rollup, "Rss:"), Anonymous: readField(rollup, "Anonymous:")}
	if m.RSS == 0 || m.Anonymous == 0 {
		return Memory{}, fmt.Errorf("%s tells no sizes", path)
	}
	return m, nil
}

// readField returns the size in a line such as "Rss:    13568 kB", in bytes.
func readField(rollup []byte, name string) int64 {
	for line := range bytes.Lines(rollup) {
		words := strings.Fields(string(line))
		if len(words) == 3 && words[0] == name {
			kB, err := strconv.ParseInt(words[1], 10, 64)
			if err == nil {
				return kB << 10
			}
		}
	}
	return 0
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

const maxTail = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - maxTail; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}
