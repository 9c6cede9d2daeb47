package web

import (
	"context"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"
)

// smallMessage is the size up to which a message needs no room, so that large
// ones, and those that are announced and sent slowly, are in nobody's way but
// each other's. In bytes.
const smallMessage = 64 << 10

// held bounds what the large messages that are being answered take, all together.
// One that finds no room waits as long as a body may take to arrive.
func (l Limits) held() func(http.Handler) http.Handler {
	room := semaphore.NewWeighted(max(l.Bodies, l.Body))
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			size := r.ContentLength
			switch {
			case r.Method != http.MethodPost, size >= 0 && size <= smallMessage, size > l.Body: // the last is refused unread
				next.ServeHTTP(w, r)
				return
			case size < 0:
				size = l.Body
			}
			waiting, cancel := context.WithTimeout(r.Context(), l.BodyTime)
			defer cancel()
			if room.Acquire(waiting, size) != nil {
				w.Header().Set("Retry-After", "1")
				refuse(w, http.StatusServiceUnavailable, "too many large messages are being answered; try again")
				return
			}
			h := &hold{release: sync.OnceFunc(func() { room.Release(size) })}
			defer func() {
				if !h.kept {
					h.release()
				}
			}()
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), holdKey{}, h)))
		})
	}
}

// hold is the room that one message takes.
type hold struct {
	release func()
	kept    bool
}

type holdKey struct{}

// keepHold is for a message that is answered after its request: it returns what
// gives the room back.
func keepHold(ctx context.Context) (release func()) {
	h, ok := ctx.Value(holdKey{}).(*hold)
	if !ok {
		return func() {}
	}
	h.kept = true
	return h.release
}
