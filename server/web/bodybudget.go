package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// smallBody is the size up to which a message needs no reservation, so that large
// ones delay nobody but each other. In bytes.
const smallBody = 64 << 10

var errNoRoom = errors.New("too many large messages are being answered; try again")

// limitLargeBodies bounds what the large messages that are being read and answered
// take, all together. Each takes what of it has arrived. One that finds no room
// waits as long as a body may take to arrive.
func (l Limits) limitLargeBodies() func(http.Handler) http.Handler {
	budget := &bodyBudget{pool: max(l.Bodies-l.Body, 0), freed: make(chan struct{})}
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

// bodyBudget is the room for large messages: a pool that they share, and room for a
// whole one, which goes to a message that the pool has no room for. That one waits for
// nothing, so messages that each hold a part of the pool never wait for each other.
type bodyBudget struct {
	mu         sync.Mutex
	pool       int64 // what is left of it, in bytes
	wholeTaken bool
	freed      chan struct{} // closed when there is room again, and made anew
}

// reservation is the part of the budget that one message takes.
type reservation struct {
	budget *bodyBudget
	size   int64 // of the pool
	whole  bool  // has the room for a whole message
	kept   bool
	once   sync.Once
}

// grow makes room for a message of so many bytes.
func (r *reservation) grow(ctx context.Context, size int64) error {
	if size <= smallBody {
		return nil
	}
	for {
		freed, ok := r.tryGrow(size)
		if ok {
			return nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return errNoRoom
		}
	}
}

// tryGrow grows where there is room, and returns what is closed when there may be.
func (r *reservation) tryGrow(size int64) (freed <-chan struct{}, ok bool) {
	b := r.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	switch more := size - r.size; {
	case r.whole || more <= 0:
	case more <= b.pool:
		b.pool -= more
		r.size = size
	case !b.wholeTaken:
		b.wholeTaken, r.whole = true, true
	default:
		return b.freed, false
	}
	return nil, true
}

func (r *reservation) release() {
	r.once.Do(func() {
		b := r.budget
		b.mu.Lock()
		defer b.mu.Unlock()
		b.pool += r.size
		b.wholeTaken = b.wholeTaken && !r.whole
		close(b.freed)
		b.freed = make(chan struct{})
	})
}

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
