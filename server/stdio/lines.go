package stdio

import (
	"bufio"
	"errors"
	"io"
)

// maxLine bounds one message, in bytes. A thousand chats in one call are within it.
const maxLine = 32 << 20

// readLines passes the lines of in to handle, without their newlines, which the
// last one need not have, and nil for one that is too long. It ends with the
// input, for which it returns nil, or when handle returns false.
func readLines(in io.Reader, handle func(line []byte) bool) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	for {
		line, tooLong, err := readLine(reader)
		if (len(line) > 0 || tooLong) && !handle(line) {
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
		if len(line)+len(part) > maxLine {
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
