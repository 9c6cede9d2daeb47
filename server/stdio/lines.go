package stdio

import (
	"bufio"
	"context"
	"errors"
	"io"
)

// longestLine bounds one message, in bytes. A thousand chats in one call are
// within it.
const longestLine = 32 << 20

// line is one line of input, or the error that ended it.
type line struct {
	data    []byte
	tooLong bool
	err     error
}

// readLines reads in on a goroutine, which ends with the input, or with ctx at
// the next line. The channel is closed at the end of the input; a last line
// needs no newline.
func readLines(ctx context.Context, in io.Reader) <-chan line {
	lines := make(chan line)
	go func() {
		defer close(lines)
		reader := bufio.NewReaderSize(in, 64<<10)
		for {
			next, err := readLine(reader)
			if len(next.data) > 0 || next.tooLong {
				if !offer(ctx, lines, next) {
					return
				}
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
				return
			}
			if err != nil {
				offer(ctx, lines, line{err: err})
				return
			}
		}
	}()
	return lines
}

func offer(ctx context.Context, lines chan<- line, next line) bool {
	select {
	case lines <- next:
		return true
	case <-ctx.Done():
		return false
	}
}

// readLine reads up to a newline, and of a line that is too long only its end.
func readLine(reader *bufio.Reader) (line, error) {
	var next line
	for {
		part, err := reader.ReadSlice('\n')
		if len(next.data)+len(part) > longestLine {
			next.data, next.tooLong = nil, true
		}
		if !next.tooLong {
			next.data = append(next.data, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return next, err
		}
	}
}
