package tools

import (
	"context"
	"sync"
)

// Turns has calls of one caller that look first and then add act one after the
// other on the same thing: an agent whose client timed out calls again while
// its first call is still at it.
type Turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

type turn struct {
	held    chan struct{} // holds a value while somebody acts
	waiting int           // those who act or wait, so that the last one takes the key away
}

// NewTurns returns turns that nobody has taken.
func NewTurns() *Turns { return &Turns{taken: map[string]*turn{}} }

// take waits for a key's turn; done gives it on. Without Turns there is nobody
// to wait for.
func (t *Turns) take(ctx context.Context, key string) (done func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	t.mu.Lock()
	mine := t.taken[key]
	if mine == nil {
		mine = &turn{held: make(chan struct{}, 1)}
		t.taken[key] = mine
	}
	mine.waiting++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.waiting--; mine.waiting == 0 {
			delete(t.taken, key)
		}
	}
	select {
	case mine.held <- struct{}{}:
		return func() { <-mine.held; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
