package replicas

import (
	"context"
	"testing"
	"time"
)

// patience bounds every wait for something that must happen.
const patience = 30 * time.Second

// news lets others wait for changes of what a mutex guards.
type news struct{ next chan struct{} }

// tell says that something has changed; the mutex is held.
func (n *news) tell() {
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

// changed is closed at the next change; the mutex is held.
func (n *news) changed() <-chan struct{} {
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

// await looks after every change, until what it looks for is there. look also
// says what there is instead.
func await(t testing.TB, look func() (there bool, instead any, changed <-chan struct{})) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		there, instead, changed := look()
		if there {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waited in vain; there is %v", instead)
		}
	}
}
