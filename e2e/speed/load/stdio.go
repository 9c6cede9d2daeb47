package load

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

// maxStdioCalls bounds the calls in flight, so that their requests and responses fit into
// pipes of 64 KiB: one goroutine writes and reads.
const maxStdioCalls = 32

// Stdio calls a server over its standard input and output, as one client with a number of
// calls in flight.
type Stdio struct {
	calls  *Calls
	in     *os.File
	out    *os.File
	reader *bufio.Reader
	buffer []byte
	seen   record
	sent   map[int64]time.Time
}

// NewStdio returns a client of the server at the other end of two pipes.
func NewStdio(calls *Calls, in, out *os.File) *Stdio {
	return &Stdio{calls: calls, in: in, out: out, reader: bufio.NewReaderSize(out, 256<<10), sent: map[int64]time.Time{}}
}

// Initialize sends initialize and its notification.
func (s *Stdio) Initialize() error {
	if _, err := s.exchange(initialize); err != nil {
		return fmt.Errorf("initialize: %w", err)
	}
	return s.write([]byte(initialized + "\n"))
}

// ListTools returns the answer to tools/list.
func (s *Stdio) ListTools() ([]byte, error) {
	answer, err := s.exchange(listTools)
	if err != nil {
		return nil, fmt.Errorf("tools/list: %w", err)
	}
	return answer, nil
}

func (s *Stdio) exchange(request string) ([]byte, error) {
	if err := s.out.SetReadDeadline(time.Now().Add(extraTime)); err != nil {
		return nil, err
	}
	if err := s.write([]byte(request + "\n")); err != nil {
		return nil, err
	}
	line, err := s.reader.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return checkControl(line)
}

func (s *Stdio) write(message []byte) error {
	_, err := s.in.Write(message)
	return err
}

// Run implements [Runner].
func (s *Stdio) Run(bounds Bounds) (Result, error) {
	if bounds.Callers > maxStdioCalls {
		return Result{}, fmt.Errorf("at most %d calls at once over stdio, not %d", maxStdioCalls, bounds.Callers)
	}
	if err := s.out.SetReadDeadline(time.Now().Add(bounds.Time + extraTime)); err != nil {
		return Result{}, err
	}
	s.seen.reset()
	clear(s.sent)
	start := time.Now()
	stop := newLimiter(bounds, start)
	now := start
	for range bounds.Callers {
		if !stop.next(now) {
			break
		}
		if err := s.send(now); err != nil {
			return Result{}, err
		}
		now = time.Now()
	}
	for len(s.sent) > 0 {
		line, err := s.reader.ReadSlice('\n')
		if err != nil {
			return Result{}, fmt.Errorf("%d calls were not answered: %w", len(s.sent), err)
		}
		now = time.Now()
		id, err := messageID(line)
		if err != nil {
			return Result{}, fmt.Errorf("%w: %.500s", err, line)
		}
		sent, ours := s.sent[id]
		if !ours {
			return Result{}, fmt.Errorf("an answer to no call: %.500s", line)
		}
		delete(s.sent, id)
		s.seen.answers = append(s.seen.answers, line...)
		s.seen.end(id, now.Sub(sent))
		if stop.next(now) {
			if err := s.send(now); err != nil {
				return Result{}, err
			}
		}
	}
	return joinRecords([]*record{&s.seen}, now.Sub(start), checkMCP)
}

func (s *Stdio) send(now time.Time) error {
	call := s.calls.last.Add(1)
	s.buffer = append(appendCall(s.buffer[:0], call, s.calls.project(call)), '\n')
	s.sent[call] = now
	return s.write(s.buffer)
}

// Close closes the input, which ends the server.
func (s *Stdio) Close() error { return s.in.Close() }
