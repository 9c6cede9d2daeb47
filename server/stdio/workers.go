package stdio

import "context"

// workers run the calls of a connection, each in its own goroutine. Goroutines that have
// ended a call wait for the next one, because a new goroutine must grow its stack, which
// takes a twelfth of a call's CPU.
type workers struct {
	next chan func()   // the call for a waiting worker
	kept chan struct{} // an element for each worker that stays after its first call
}

// maxKept is the maximum number of workers that stay.
const maxKept = 64

func newWorkers() workers {
	return workers{next: make(chan func()), kept: make(chan struct{}, maxKept)}
}

// run starts a call and does not wait for it.
func (w workers) run(ctx context.Context, call func()) {
	select {
	case w.next <- call:
	default:
		go w.work(ctx, call)
	}
}

// work runs a call. If fewer than maxKept workers stay, it then runs further calls until
// ctx is done.
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
