package stdio

import (
	"bufio"
	"errors"
	"io"
)

// longestLine bounds one message, in bytes. A thousand chats in one call are
// within it.
const longestLine = 32 << 20

// eachLine gives the lines of in to take, without their newlines, which the
// last one need not have, and nil for one that is too long. It ends with the
// input, for which it returns nil, or when take returns false.
func eachLine(in io.Reader, take func(line []byte) bool) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	for {
		line, tooLong, err := readLine(reader)
		if (len(line) > 0 || tooLong) && !take(line) {
			return nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine reads up to a newline, and drops a line that is too long.
func readLine(reader *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := reader.ReadSlice('\n')
		if len(line)+len(part) > longestLine {
			line, tooLong = nil, true
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}
