package replicas

import (
	"context"
	"testing"
	"time"
)

// waitTime bounds every wait.
const waitTime = 30 * time.Second

// changes notifies waiters of changes of a state, which a mutex guards.
type changes struct{ next chan struct{} }

// notify reports a change. The mutex is held.
func (n *changes) notify() {
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

// nextChange returns a channel that is closed at the next change. The mutex is held.
func (n *changes) nextChange() <-chan struct{} {
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

// await calls look after every change until it returns true. Its second result describes
// the state for the failure.
func await(t testing.TB, look func() (there bool, instead any, changed <-chan struct{})) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitTime)
	defer cancel()
	for {
		there, instead, changed := look()
		if there {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("timed out; the state is %v", instead)
		}
	}
}
