package stdio

import (
	"bufio"
	"errors"
	"io"
)

// maxLine bounds one message, in bytes. A call with a thousand chats is within it.
const maxLine = 32 << 20

// readLines calls handle with each line of in, and with nil for a line that is too long. The
// last line needs no newline. It returns nil at the end of the input, or when handle returns
// false.
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

// readLine reads a line. A line that is too long is nil.
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
