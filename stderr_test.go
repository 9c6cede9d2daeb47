package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
)

// startWithStderr starts the program with pipes and returns its stdin, the lines of its
// stdout, and the read end of its stderr.
func startWithStderr(t *testing.T, args ...string) (stdin io.WriteCloser, stdout *bufio.Scanner, stderr *os.File, wait func() error) {
	t.Helper()
	cmd := command(t, nil, args...)
	stderr, stderrWriter, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stderr.Close() })
	cmd.Stderr = stderrWriter
	stdin, err = cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = stderrWriter.Close()
	stdout = bufio.NewScanner(output)
	stdout.Buffer(nil, 1<<20)
	return stdin, stdout, stderr, cmd.Wait
}

// exchange sends a request and reads its response.
func exchange(t *testing.T, stdin io.Writer, stdout *bufio.Scanner, request string) string {
	t.Helper()
	if _, err := io.WriteString(stdin, request+"\n"); err != nil {
		t.Fatal(err)
	}
	if !stdout.Scan() {
		t.Fatalf("no response: %v", stdout.Err())
	}
	return stdout.Text()
}

// A paid call logs a line after its job was started: with SIGPIPE not ignored, a closed
// stderr would end the process there.
func TestClosedStderr(t *testing.T) {
	stdin, stdout, stderr, wait := startWithStderr(t, "--sandbox", "--log-level", "debug")
	_ = stderr.Close()
	for id := range 3 {
		response := exchange(t, stdin, stdout, toolCall(id, "create_insights_job", `{"project":"chat-prod","allow_duplicate":true}`))
		if !strings.Contains(response, `"status":"queued"`) {
			t.Fatalf("call %d: %s", id, response)
		}
	}
	_ = stdin.Close()
	if err := wait(); err != nil {
		t.Errorf("exited with %v, want code 0", err)
	}
}

// The pipe and the log's queue hold some thousand lines. Further lines are dropped, and
// the log says how many once it is read; calls do not wait for it.
func TestUnreadStderr(t *testing.T) {
	stdin, stdout, stderr, wait := startWithStderr(t, "--sandbox", "--log-level", "debug")
	for id := range 4000 {
		exchange(t, stdin, stdout, toolCall(id, "no_such_tool", `{}`))
	}
	dropped := make(chan float64)
	go func() {
		defer close(dropped)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			var line struct{ Dropped float64 }
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Errorf("a line of the log is not JSON: %q", lines.Text())
			}
			if line.Dropped > 0 {
				dropped <- line.Dropped
			}
		}
	}()
	if <-dropped == 0 {
		t.Error("the log does not say that lines were dropped")
	}
	_ = stdin.Close()
	for range dropped { // until the log ends
	}
	if err := wait(); err != nil {
		t.Errorf("exited with %v, want code 0", err)
	}
}

// The program exits when its stdin is closed, also with a client that no longer reads
// its stdout.
func TestUnreadStdout(t *testing.T) {
	stdin, stdout, stderr, wait := startWithStderr(t, "--sandbox", "--log-level", "disabled")
	_ = stderr.Close()
	exchange(t, stdin, stdout, `{"jsonrpc":"2.0","id":0,"method":"ping"}`)
	for id := range 100 { // with responses of 26 kB; a pipe holds 64 KiB
		if _, err := io.WriteString(stdin, `{"jsonrpc":"2.0","id":`+strconv.Itoa(id)+`,"method":"tools/list"}`+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	_ = stdin.Close()
	if err := wait(); err != nil {
		t.Errorf("exited with %v, want code 0", err)
	}
}
