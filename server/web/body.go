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

// readMessage reads the message of a request. It reads all of it before anything else, so
// that a large or slow one occupies only its connection. Without a message it refuses the
// request and returns false.
func (l Limits) readMessage(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	message, err := l.readBody(r)
	if err == nil {
		writerOf(w).endBodyRead()
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
		refuse(w, http.StatusRequestTimeout, fmt.Sprintf("the message did not arrive within %s", l.BodyTime))
	default:
		refuse(w, http.StatusBadRequest, "the message is incomplete")
	}
	return nil, false
}

// readBody reads a body into a growing buffer, for which it reserves memory.
func (l Limits) readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > l.Body {
		return nil, &http.MaxBytesError{Limit: l.Body}
	}
	deadline := time.Now().Add(l.BodyTime)
	body := http.MaxBytesReader(nil, r.Body, l.Body)
	size := int64(smallBody)
	if r.ContentLength >= 0 {
		size = min(size, r.ContentLength+1) // one more byte, to reach the end of the body
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
