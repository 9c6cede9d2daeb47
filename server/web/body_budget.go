package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// smallBody is the largest message that needs no reservation, in bytes. So large messages
// delay only each other.
const smallBody = 64 << 10

var errNoRoom = errors.New("too many large messages are being processed; try again")

// limitLargeBodies returns middleware that bounds the total size of the large messages that
// are being processed. Each reserves the size of the part that has arrived. If there is no
// room it waits, at most as long as a body may take to arrive.
func (l Limits) limitLargeBodies() func(http.Handler) http.Handler {
	budget := &bodyBudget{pool: max(l.Bodies-l.Body, 0), freed: make(chan struct{})}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || 0 <= r.ContentLength && r.ContentLength < smallBody {
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

// bodyBudget is the room for large messages: a pool that they share, and room for one whole
// message, which the first that does not fit into the pool gets. That one never waits, so
// messages that each have a part of the pool cannot block each other forever. With x/sync's
// semaphore each message would have to reserve its whole size at once, and senders of a few
// slow messages would keep everybody else's out.
type bodyBudget struct {
	mu         sync.Mutex
	pool       int64 // the free bytes of the pool
	wholeTaken bool
	freed      chan struct{} // closed and replaced when room becomes free
}

// reservation is the part of the budget that one message has.
type reservation struct {
	budget *bodyBudget
	size   int64 // the bytes from the pool
	whole  bool  // it has the room for one whole message
	kept   bool  // released by the caller of keepReservation
	once   sync.Once
}

// grow reserves room for a message of size bytes.
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

// tryGrow grows the reservation if there is room, and else returns a channel that is closed
// when room becomes free.
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

// reservationOf returns the reservation of a request's message, nil for one that needs none.
func reservationOf(ctx context.Context) *reservation {
	reserved, _ := ctx.Value(reservationKey{}).(*reservation)
	return reserved
}

// keepReservation keeps the reservation of a message that is processed after its request
// has ended, until release is called.
func keepReservation(ctx context.Context) (release func()) {
	reserved := reservationOf(ctx)
	if reserved == nil {
		return func() {}
	}
	reserved.kept = true
	return reserved.release
}
