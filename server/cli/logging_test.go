package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// slowLog is an output whose writes block until open is closed.
type slowLog struct {
	open   chan struct{}
	writes []string
	err    error
}

func (l *slowLog) Write(p []byte) (int, error) {
	<-l.open
	if l.err != nil {
		return 0, l.err
	}
	l.writes = append(l.writes, string(p))
	return len(p), nil
}

func TestLogQueueDropsLinesWhenFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowLog{open: make(chan struct{})}
		queue := newLogQueue(out)
		_, _ = queue.Write([]byte("first\n"))
		synctest.Wait() // until the first line is being written
		for n := range logQueueLines + 7 {
			_, _ = fmt.Fprintf(queue, "line %d\n", n)
		}
		close(out.open)
		queue.close()
		written := strings.Join(out.writes, "")
		if strings.Count(written, "\n") != 1+logQueueLines+1 || !strings.Contains(written, `"dropped":7,`) {
			t.Errorf("%d lines were written, and the last is %q", strings.Count(written, "\n"), out.writes[len(out.writes)-1])
		}
		if len(out.writes) != 2 {
			t.Errorf("the lines that waited took %d writes, want 1", len(out.writes)-1)
		}
	})
}

func TestLogQueueCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowLog{open: make(chan struct{})}
		queue := newLogQueue(out)
		_, _ = queue.Write([]byte("first\n"))
		queue.close()
		if len(out.writes) != 0 {
			t.Errorf("wrote %q", out.writes)
		}
		close(out.open)
		<-queue.closed
	})
}

func TestLogQueueCountsFailedWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowLog{open: make(chan struct{}), err: errors.New("no space left")}
		close(out.open)
		queue := newLogQueue(out)
		for range 3 {
			_, _ = queue.Write([]byte("lost\n"))
			synctest.Wait()
		}
		out.err = nil
		_, _ = queue.Write([]byte("kept\n"))
		queue.close()
		if len(out.writes) != 1 || !strings.HasPrefix(out.writes[0], "kept\n") || !strings.Contains(out.writes[0], `"dropped":3,`) {
			t.Errorf("wrote %q", out.writes)
		}
	})
}

// A log file that copytruncate has emptied goes on at its beginning.
func TestLogFileTruncated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	file, err := openLogFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"a line that is copied\n", "next\n"} {
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(line); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != line {
			t.Errorf("the file has %q, %v", text, err)
		}
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}
