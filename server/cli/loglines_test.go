package cli

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// gated is a log that takes nothing until it is told to.
type gated struct {
	open   chan struct{}
	writes []string
	err    error
}

func (g *gated) Write(p []byte) (int, error) {
	<-g.open
	g.writes = append(g.writes, string(p))
	return len(p), g.err
}

func TestLinesThatWaitAreWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gated{open: make(chan struct{})}
		lines := &logLines{out: out}
		var all sync.WaitGroup
		say := func(line string) {
			all.Go(func() {
				if n, err := lines.Write([]byte(line)); n != len(line) || err != nil {
					t.Errorf("%q: %d, %v", line, n, err)
				}
			})
			synctest.Wait()
		}
		for i := range 5 {
			say(fmt.Sprintln("line", i))
		}
		if len(out.writes) != 0 {
			t.Fatalf("written before its time: %q", out.writes)
		}
		close(out.open)
		all.Wait()
		say("the last\n")
		want := []string{"line 0\n", "line 1\nline 2\nline 3\nline 4\n", "the last\n"}
		if fmt.Sprint(out.writes) != fmt.Sprint(want) {
			t.Errorf("%q, not %q", out.writes, want)
		}
	})
}

func TestEveryLineIsWrittenWhenWriteReturns(t *testing.T) {
	var mu sync.Mutex
	var log strings.Builder
	lines := &logLines{out: writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	})}
	var all sync.WaitGroup
	for caller := range 16 {
		all.Go(func() {
			for i := range 200 {
				line := fmt.Sprintf("<%d/%d>\n", caller, i)
				_, _ = lines.Write([]byte(line))
				mu.Lock()
				if !strings.Contains(log.String(), line) {
					t.Errorf("%s is not in the log yet", line)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if got := strings.Count(log.String(), "\n"); got != 16*200 {
		t.Errorf("%d lines", got)
	}
}

func TestALogThatCannotBeWrittenSaysSo(t *testing.T) {
	full := errors.New("no space left")
	lines := &logLines{out: writerFunc(func([]byte) (int, error) { return 0, full })}
	for range 2 {
		if _, err := lines.Write([]byte("x\n")); !errors.Is(err, full) {
			t.Errorf("%v", err)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
