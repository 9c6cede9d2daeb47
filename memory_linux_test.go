package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestMemoryLimit sends the requests that need most memory, and compares its peak with
// the limit in the manifests.
func TestMemoryLimit(t *testing.T) {
	limit, soft := manifestMemory(t)
	for name, arguments := range costlyArguments() {
		t.Run(name, func(t *testing.T) {
			cmd, address, _ := startHTTP(t, []string{"GOMEMLIMIT=" + strconv.Itoa(soft) + "MiB"}, "--sandbox")
			var calls sync.WaitGroup
			for range 3 { // one more than the server handles at once
				calls.Go(func() {
					if status := postMCP(t, address, toolCall(1, "analyze_chat_histories", arguments)); status != http.StatusOK && status != http.StatusBadRequest {
						t.Errorf("a response with status %d", status)
					}
				})
			}
			calls.Wait()
			peak := peakMemory(t, cmd)
			t.Logf("%d MiB of %d", peak, limit)
			if peak >= limit {
				t.Errorf("the peak is %d MiB, the manifests' limit %d", peak, limit)
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// manifestMemory reads the manifests' memory limit and GOMEMLIMIT, in MiB.
func manifestMemory(t *testing.T) (limit, soft int) {
	t.Helper()
	pattern := regexp.MustCompile(`GOMEMLIMIT(?:: |=|\s+value: )(\d+)MiB|limits: \{memory: (\d+)M|MemoryMax=(\d+)M`)
	for _, name := range []string{"compose.yaml", "kubernetes/deployment.yaml", "systemd/langsmith-insights-mcp.service"} {
		text, err := os.ReadFile(filepath.Join("deploy", name))
		if err != nil {
			t.Fatal(err)
		}
		var found [2]int
		for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
			if match[1] != "" {
				found[0], _ = strconv.Atoi(match[1])
			} else if found[1] == 0 { // the server comes first, Valkey after it
				found[1], _ = strconv.Atoi(match[2] + match[3])
			}
		}
		if soft == 0 {
			soft, limit = found[0], found[1]
		}
		if found != [2]int{soft, limit} || soft >= limit || soft == 0 {
			t.Fatalf("%s has a GOMEMLIMIT of %d MiB and a limit of %d; the first file has %d and %d", name, found[0], found[1], soft, limit)
		}
	}
	return limit, soft
}

// costlyArguments returns arguments just below the bound on a request's size.
func costlyArguments() map[string]string {
	const size = 9<<20 - 1000
	fill := func(head, part, tail string, parts int) string {
		padding := strings.Repeat(" ", size-len(head)-len(tail)-parts*len(part))
		return head + strings.Repeat(part, parts) + padding + tail
	}
	return map[string]string{
		"a long text":         fill(`{"dry_run":true,"chats":[[{"role":"user","content":"`, "x", `"}]]}`, size-100),
		"escapes":             fill(`{"dry_run":true,"chats":[[{"role":"user","content":"`, `\u0041`, `"}]]}`, size/6-100),
		"many values":         fill(`{"dry_run":true,"chats":[`, `[{"role":"user","content":"a question"}],`, `[]]}`, 199_000/6),
		"too many values":     fill(`{"dry_run":true,"chats":[`, "[],", `[]]}`, size/3-100),
		"a text that is JSON": fill(`{"dry_run":true,"chats":"[`, "[],", `[]]"}`, size/3-100),
	}
}

// peakMemory returns the peak of a process' resident memory, in MiB.
func peakMemory(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if match == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kilobytes, err := strconv.Atoi(string(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes >> 10
}
