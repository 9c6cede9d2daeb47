package cli

import (
	"io"
	"runtime"
	"sync"
)

// logLines writes the log. A line has been written when Write returns, as it
// would be without; but lines of many calls at once go out together, since
// under load a write of its own for each costs more than what it says.
type logLines struct {
	out io.Writer

	mu      sync.Mutex
	writing bool      // somebody is, or is about to
	next    *logBatch // gathers meanwhile; nil for none
}

// logBatch is lines that go out in one write.
type logBatch struct {
	lines   []byte
	turn    chan struct{} // receives for the one of those waiting who is to write it
	written chan struct{} // closed when it was
	err     error
}

// Write implements io.Writer, for any number of goroutines.
func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	if l.next == nil {
		l.next = &logBatch{turn: make(chan struct{}, 1), written: make(chan struct{})}
	}
	batch := l.next
	batch.lines = append(batch.lines, line...)
	if !l.writing {
		l.writing = true
		batch.turn <- struct{}{}
	}
	l.mu.Unlock()
	select {
	case <-batch.turn:
		l.write(batch)
	case <-batch.written:
	}
	return len(line), batch.err
}

// write writes a batch and hands the turn on.
func (l *logLines) write(batch *logBatch) {
	runtime.Gosched() // whoever else is about to say something joins
	l.mu.Lock()
	l.next = nil
	l.mu.Unlock()
	_, batch.err = l.out.Write(batch.lines)
	close(batch.written)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writing = l.next != nil; l.writing {
		l.next.turn <- struct{}{}
	}
}
