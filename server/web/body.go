package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	// largestBody bounds one message, in bytes. A thousand chats in one call
	// are within it.
	largestBody = 16 << 20

	// slowestBody is how long a client may take to send one message.
	slowestBody = 30 * time.Second
)

// readMessage reads the message of a request before anything is done for it, so
// that neither a large nor a slow one holds more than its connection. It answers
// and returns false where none arrives.
func readMessage(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	message, err := readBody(w, r)
	if err == nil {
		return message, true
	}
	w.Header().Set("Connection", "close") // the rest of the body is not wanted
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the message is larger than %d MiB", tooLarge.Limit>>20))
	case errors.Is(err, os.ErrDeadlineExceeded):
		refuse(w, http.StatusRequestTimeout, fmt.Sprintf("the message has not arrived within %s", slowestBody))
	default:
		refuse(w, http.StatusBadRequest, "the message has not arrived whole")
	}
	return nil, false
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > largestBody {
		return nil, &http.MaxBytesError{Limit: largestBody}
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(slowestBody))
	message, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	// Without a deadline from here on: net/http goes on reading, to notice a
	// client that leaves, and would take a deadline's end for that.
	_ = control.SetReadDeadline(time.Time{})
	return message, err
}
