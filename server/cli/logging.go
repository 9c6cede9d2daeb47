package cli

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
)

// newLogger returns a logger of JSON lines to stderr or the configured file, and a
// function that closes it.
func newLogger(cfg *config.Config, stderr io.Writer) (zerolog.Logger, func() error, error) {
	out, closeFile := stderr, func() error { return nil }
	if cfg.LogFile != "" {
		file, err := openLogFile(cfg.LogFile)
		if err != nil {
			return zerolog.Nop(), closeFile, fmt.Errorf("--log-file: %w", err)
		}
		out, closeFile = file, file.Close
	}
	queue := newLogQueue(out)
	logger := zerolog.New(queue).Level(cfg.LogLevel).With().Timestamp().Logger()
	return logger, func() error {
		queue.close()
		return closeFile()
	}, nil
}

// openLogFile opens a log file to append to it: another program may copy and truncate it.
func openLogFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// setDefaultLoggers sends library log lines, of slog and of the log package, to logger,
// and returns a function that undoes it.
func setDefaultLoggers(logger zerolog.Logger) (undo func()) {
	structured, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(slog.New(zerolog.NewSlogHandler(logger)))
	return func() {
		slog.SetDefault(structured)
		log.SetOutput(writer)
		log.SetFlags(flags)
	}
}

const (
	// logQueueLines is how many lines may wait for a slow output.
	logQueueLines = 1000

	// logBatchBytes is the size from which a batch of lines is written.
	logBatchBytes = 64 << 10

	// logCloseTime is how long writing the last lines may take.
	logCloseTime = 50 * time.Millisecond
)

// logQueue writes log lines from a goroutine of its own. A line that finds the
// queue full is dropped and counted: a client that does not read stderr, or a disk
// that hangs, must not hold up a call.
//
// zerolog's diode.Writer would do the same, with two faults here: it reports a
// collision through the log package, whose lines come back to it
// ([setDefaultLoggers]) while the package's lock is held, and it may miss the last
// line's wake-up, which then is not written before the next.
type logQueue struct {
	lines   chan []byte
	dropped atomic.Int64
	closing chan struct{}
	closed  chan struct{}
}

func newLogQueue(out io.Writer) *logQueue {
	q := &logQueue{lines: make(chan []byte, logQueueLines), closing: make(chan struct{}), closed: make(chan struct{})}
	go q.run(out)
	return q
}

// Write implements io.Writer for zerolog, which gives it one line at a time.
func (q *logQueue) Write(line []byte) (int, error) {
	select {
	case q.lines <- append([]byte(nil), line...):
	default:
		q.dropped.Add(1)
	}
	return len(line), nil
}

// close waits for the queued lines to be written, for a bounded time.
func (q *logQueue) close() {
	close(q.closing)
	select {
	case <-q.closed:
	case <-time.After(logCloseTime):
	}
}

func (q *logQueue) run(out io.Writer) {
	defer close(q.closed)
	for {
		select {
		case line := <-q.lines:
			q.write(out, line)
		case <-q.closing:
			for len(q.lines) > 0 {
				q.write(out, <-q.lines)
			}
			return
		}
	}
}

// write writes a line, with those that are queued behind it, in one call.
func (q *logQueue) write(out io.Writer, batch []byte) {
	count := int64(1)
	for len(q.lines) > 0 && len(batch) < logBatchBytes {
		batch = append(batch, <-q.lines...)
		count++
	}
	dropped := q.dropped.Swap(0)
	if dropped > 0 {
		batch = fmt.Appendf(batch, `{"level":"warn","dropped":%d,"time":%q,"message":"log lines were dropped: the log was not read or written fast enough"}`+"\n",
			dropped, time.Now().Format(zerolog.TimeFieldFormat))
	}
	if _, err := out.Write(batch); err != nil {
		q.dropped.Add(dropped + count)
	}
}
