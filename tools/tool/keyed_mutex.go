package tool

import (
	"context"
	"sync"
)

// KeyedMutex is a mutex for each key. Calls that check whether something exists and then
// create it lock it, because a client that cancelled a call after a timeout may repeat
// the call while the first one is still running.
type KeyedMutex struct {
	mu    sync.Mutex
	locks map[string]*keyLock
}

type keyLock struct {
	held  chan struct{} // has a value while the key is locked
	users int           // callers that hold the key or wait for it; the last one removes it
}

// NewKeyedMutex returns a KeyedMutex in which no key is locked.
func NewKeyedMutex() *KeyedMutex { return &KeyedMutex{locks: map[string]*keyLock{}} }

// Lock locks a key, waiting until it is free or ctx is done. A nil KeyedMutex
// locks nothing.
func (m *KeyedMutex) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if m == nil {
		return func() {}, nil
	}
	lock := m.use(key)
	select {
	case lock.held <- struct{}{}:
		return func() { <-lock.held; m.release(key, lock) }, nil
	case <-ctx.Done():
		m.release(key, lock)
		return nil, ctx.Err()
	}
}

func (m *KeyedMutex) use(key string) *keyLock {
	m.mu.Lock()
	defer m.mu.Unlock()
	lock := m.locks[key]
	if lock == nil {
		lock = &keyLock{held: make(chan struct{}, 1)}
		m.locks[key] = lock
	}
	lock.users++
	return lock
}

func (m *KeyedMutex) release(key string, lock *keyLock) {
	m.mu.Lock()
	defer m.mu.Unlock()
	lock.users--
	if lock.users == 0 {
		delete(m.locks, key)
	}
}
