package tool

import (
	"context"
	"sync"
)

// KeyedMutex has calls of one caller that look first and then add act one after the
// other on the same thing: an agent whose client timed out calls again while
// its first call is still at it.
type KeyedMutex struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	held    chan struct{} // holds a value while somebody acts
	waiting int           // those who act or wait, so that the last one takes the key away
}

// NewKeyedMutex returns turns that nobody has taken.
func NewKeyedMutex() *KeyedMutex { return &KeyedMutex{held: map[string]*keyLock{}} }

// Lock waits for a key's turn; done gives it on. Without Turns there is nobody
// to wait for.
func (t *KeyedMutex) Lock(ctx context.Context, key string) (done func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	t.mu.Lock()
	mine := t.held[key]
	if mine == nil {
		mine = &keyLock{held: make(chan struct{}, 1)}
		t.held[key] = mine
	}
	mine.waiting++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.waiting--; mine.waiting == 0 {
			delete(t.held, key)
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
