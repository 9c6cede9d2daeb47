package web

import (
	"context"
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
	message, err := l.readBody(r)
	if err == nil {
		responseOf(w).bodyRead()
		return message, true
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errNoRoom):
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, err.Error())
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the message is larger than %d bytes", tooLarge.Limit))
	case errors.Is(err, os.ErrDeadlineExceeded):
		refuse(w, http.StatusRequestTimeout, fmt.Sprintf("the message has not arrived within %s", l.BodyTime))
	default:
		refuse(w, http.StatusBadRequest, "the message has not arrived whole")
	}
	return nil, false
}

// readBody reads a body into a buffer that grows with what arrives, and reserves
// what that takes.
func (l Limits) readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > l.Body {
		return nil, &http.MaxBytesError{Limit: l.Body}
	}
	deadline := time.Now().Add(l.BodyTime)
	body := http.MaxBytesReader(nil, r.Body, l.Body)
	size := int64(smallBody)
	if r.ContentLength >= 0 {
		size = min(size, r.ContentLength+1) // one more, so that the end is seen
	}
	message := make([]byte, 0, size)
	for {
		n, err := body.Read(message[len(message):cap(message)])
		message = message[:len(message)+n]
		if errors.Is(err, io.EOF) {
			return message, nil
		}
		if err != nil {
			return nil, err
		}
		if len(message) < cap(message) {
			continue
		}
		size = min(2*size, l.Body+1)
		if r.ContentLength >= 0 {
			size = min(size, r.ContentLength+1)
		}
		ctx, cancel := context.WithDeadline(r.Context(), deadline)
		err = reservationOf(ctx).grow(ctx, min(size, l.Body))
		cancel()
		if err != nil {
			return nil, err
		}
		message = append(make([]byte, 0, size), message...)
	}
}
