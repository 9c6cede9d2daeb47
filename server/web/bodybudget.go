package web

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"
)

// smallBody is the size up to which a message needs no reservation, so that large
// ones delay nobody but each other. In bytes.
const smallBody = 64 << 10

var errNoRoom = errors.New("too many large messages are being answered; try again")

// limitLargeBodies bounds what the large messages that are being read and answered
// take, all together. Each takes what of it has arrived. One that finds no room
// waits as long as a body may take to arrive.
func (l Limits) limitLargeBodies() func(http.Handler) http.Handler {
	budget := semaphore.NewWeighted(max(l.Bodies, l.Body))
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			reserved := &reservation{budget: budget}
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
	budget *semaphore.Weighted
	size   int64
	kept   bool
	once   sync.Once
}

// grow makes room for a message of so many bytes.
func (r *reservation) grow(ctx context.Context, size int64) error {
	if size <= smallBody || size <= r.size {
		return nil
	}
	if err := r.budget.Acquire(ctx, size-r.size); err != nil {
		return errNoRoom
	}
	r.size = size
	return nil
}

func (r *reservation) release() { r.once.Do(func() { r.budget.Release(r.size) }) }

type reservationKey struct{}

// reservationOf returns the reservation of a request's message.
func reservationOf(ctx context.Context) *reservation {
	reserved, _ := ctx.Value(reservationKey{}).(*reservation)
	return reserved
}

// keepReservation is for a message that is answered after its request: it returns
// what ends the reservation.
func keepReservation(ctx context.Context) (release func()) {
	reserved := reservationOf(ctx)
	reserved.kept = true
	return reserved.release
}
