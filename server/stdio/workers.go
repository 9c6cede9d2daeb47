package stdio

import "context"

// workers run the calls of a connection, each in a goroutine of its own. Some that are done
// wait for the next call, as net/http's do for a connection's: a new goroutine has to grow
// its stack, which takes a twelfth of a call's CPU.
type workers struct {
	next chan func()   // to a worker that waits
	kept chan struct{} // one for each worker that waits, or runs a call after its first
}

// maxKept is the maximum number of workers that wait for a call.
const maxKept = 64

func newWorkers() workers {
	return workers{next: make(chan func()), kept: make(chan struct{}, maxKept)}
}

// run runs a call until it returns. It does not wait for it.
func (w workers) run(ctx context.Context, call func()) {
	select {
	case w.next <- call:
	default:
		go w.work(ctx, call)
	}
}

// work runs a call, and then others until ctx is done, unless enough workers do.
func (w workers) work(ctx context.Context, call func()) {
	call()
	select {
	case w.kept <- struct{}{}:
	default:
		return
	}
	for {
		select {
		case call := <-w.next:
			call()
		case <-ctx.Done():
			return
		}
	}
}
