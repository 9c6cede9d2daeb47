package server

import (
	"runtime/debug"
	"sync/atomic"
	"time"
)

// restAfter is how long nobody may have asked for anything before memory is
// given back. An agent thinks for longer between its calls.
const restAfter = time.Second

// rest gives memory back to the system once the server has nothing to do. What a
// start, a list of tools or a burst of calls leaves behind is several times what
// is alive; Go would keep it for the next burst, and a user's own machine runs
// many servers that mostly wait. That takes milliseconds, at most once for each
// restAfter. A nil rest gives nothing back.
type rest struct {
	release func()
	asked   atomic.Int64 // messages so far
	looking atomic.Bool  // a look at whether the server rests is due
}

func newRest() *rest { return &rest{release: debug.FreeOSMemory} }

// disturb notes a message.
func (r *rest) disturb() {
	if r == nil {
		return
	}
	r.asked.Add(1)
	if r.looking.CompareAndSwap(false, true) {
		r.lookLater()
	}
}

func (r *rest) lookLater() {
	seen := r.asked.Load()
	time.AfterFunc(restAfter, func() {
		if r.asked.Load() != seen {
			r.lookLater()
			return
		}
		r.looking.Store(false)
		r.release()
		if r.asked.Load() != seen && r.looking.CompareAndSwap(false, true) {
			r.lookLater() // a message came before the next look could be asked for
		}
	})
}
