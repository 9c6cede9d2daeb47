package web

import (
	"context"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"
)

// smallBody is the size up to which a message needs no reservation, so that large
// ones, and those that are announced and sent slowly, delay nobody but each other.
// In bytes.
const smallBody = 64 << 10

// limitLargeBodies bounds what the large messages that are being answered take, all
// together. One that finds no room waits as long as a body may take to arrive.
func (l Limits) limitLargeBodies() func(http.Handler) http.Handler {
	budget := semaphore.NewWeighted(max(l.Bodies, l.Body))
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			size := r.ContentLength
			switch {
			case r.Method != http.MethodPost, size >= 0 && size <= smallBody, size > l.Body: // the last is refused unread
				next.ServeHTTP(w, r)
				return
			case size < 0:
				size = l.Body
			}
			waiting, cancel := context.WithTimeout(r.Context(), l.BodyTime)
			defer cancel()
			if budget.Acquire(waiting, size) != nil {
				w.Header().Set("Retry-After", "1")
				refuse(w, http.StatusServiceUnavailable, "too many large messages are being answered; try again")
				return
			}
			reserved := &reservation{release: sync.OnceFunc(func() { budget.Release(size) })}
			defer func() {
				if !reserved.kept {
					reserved.release()
				}
			}()
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), reservationKey{}, reserved)))
		})
	}
}

// reservation is the part of the budget that one message takes.
type reservation struct {
	release func()
	kept    bool
}

type reservationKey struct{}

// keepReservation is for a message that is answered after its request: it returns
// what ends the reservation.
func keepReservation(ctx context.Context) (release func()) {
	reserved, ok := ctx.Value(reservationKey{}).(*reservation)
	if !ok {
		return func() {}
	}
	reserved.kept = true
	return reserved.release
}
