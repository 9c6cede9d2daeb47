// Package process starts the programs that are measured, and reads what they
// cost from Linux.
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

// Process is a running program. Its standard error is a pipe that is drained,
// as a host would do it.
type Process struct {
	In, Out *os.File // the program's standard input and output
	command *exec.Cmd
	said    *tail
	ended   chan struct{}
}

// Start starts a program with an environment of its own.
func Start(argv, env []string) (*Process, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, inRead.Close(), inWrite.Close())
	}
	p := &Process{In: inWrite, Out: outRead, said: &tail{}, ended: make(chan struct{})}
	p.command = exec.Command(argv[0], argv[1:]...)
	p.command.Env, p.command.Stdin, p.command.Stdout, p.command.Stderr = env, inRead, outWrite, p.said
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // none outlives a measurement that breaks off
	err = p.command.Start()
	if err := errors.Join(err, inRead.Close(), outWrite.Close()); err != nil {
		return nil, errors.Join(err, inWrite.Close(), outRead.Close())
	}
	go func() {
		_ = p.command.Wait() // a program that is told to end may say so with its code
		close(p.ended)
	}()
	return p, nil
}

// Said is the end of what the program wrote to its standard error. It may be
// read once the program has ended.
func (p *Process) Said() string { return strings.TrimSpace(string(p.said.kept)) }

// grace is how long a program may take to end by itself.
const grace = 3 * time.Second

// Stop ends the program: by the end of its input, else by SIGTERM, else by
// SIGKILL.
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

// Ended reports whether the program has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// CPU is the time that all of the program's threads have used, in user and in
// kernel mode: the sum of /proc/PID/stat's utime and stime, from the clock that
// is behind it, since those two count in steps of 10 ms.
func (p *Process) CPU() (time.Duration, error) {
	// As clock_getcpuclockid(3) forms it: CPUCLOCK_SCHED of a process.
	clock := int32(^p.command.Process.Pid<<3 | 2)
	var used unix.Timespec
	if err := unix.ClockGettime(clock, &used); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", p.command.Process.Pid, err)
	}
	return time.Duration(used.Nano()), nil
}

// Memory is what a program occupies, in bytes.
type Memory struct {
	RSS       int64 // all that is resident
	Anonymous int64 // of that, what is no file's: heap and stacks, not the program's text
}

// Memory reads /proc/PID/smaps_rollup.
func (p *Process) Memory() (Memory, error) {
	path := fmt.Sprintf("/proc/%d/smaps_rollup", p.command.Process.Pid)
	rollup, err := os.ReadFile(path)
	if err != nil {
		return Memory{}, err
	}
	m := Memory{RSS: field(rollup, "Rss:"), Anonymous: field(rollup, "Anonymous:")}
	if m.RSS == 0 || m.Anonymous == 0 {
		return Memory{}, fmt.Errorf("%s tells no sizes", path)
	}
	return m, nil
}

// field is the size of a line such as "Rss:    13568 kB", in bytes.
func field(rollup []byte, name string) int64 {
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

const mostKept = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - mostKept; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}
