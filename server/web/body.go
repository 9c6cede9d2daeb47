package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// readMessage reads the message of a request before anything is done for it, so
// that neither a large nor a slow one holds more than its connection. It answers
// and returns false where none arrives.
func (l Limits) readMessage(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	message, err := l.readBody(r)
	if err == nil {
		responseOf(w).bodyRead()
		return message, true
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the message is larger than %d bytes", tooLarge.Limit))
	case errors.Is(err, os.ErrDeadlineExceeded):
		refuse(w, http.StatusRequestTimeout, fmt.Sprintf("the message has not arrived within %s", l.BodyTime))
	default:
		refuse(w, http.StatusBadRequest, "the message has not arrived whole")
	}
	return nil, false
}

func (l Limits) readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > l.Body {
		return nil, &http.MaxBytesError{Limit: l.Body}
	}
	body := http.MaxBytesReader(nil, r.Body, l.Body)
	if r.ContentLength < 0 {
		return io.ReadAll(body)
	}
	message := make([]byte, r.ContentLength)
	_, err := io.ReadFull(body, message)
	return message, err
}
