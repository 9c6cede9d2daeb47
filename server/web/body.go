package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// readMessage reads the message of a request before anything is done for it, so
// that neither a large nor a slow one holds more than its connection. It answers
// and returns false where none arrives.
func (l Limits) readMessage(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	message, err := l.readBody(w, r)
	if err == nil {
		return message, true
	}
	w.Header().Set("Connection", "close") // the rest of the body is not wanted
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

func (l Limits) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > l.Body {
		return nil, &http.MaxBytesError{Limit: l.Body}
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(l.BodyTime))
	message, err := io.ReadAll(http.MaxBytesReader(w, r.Body, l.Body))
	// Without a deadline from here on: net/http goes on reading, to notice a
	// client that leaves, and would take a deadline's end for that.
	_ = control.SetReadDeadline(time.Time{})
	return message, err
}
