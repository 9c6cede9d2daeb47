// Package stack gives goroutines room on their stacks before they need it.
//
// A goroutine begins with a few KiB. When they are used up Go moves the stack to
// another of twice the size, and looks up every function on it in tables that lie
// scattered over the program's file: answering a
// message over stdio moved one several times, for an eighth of its time, and a start
// brought 1.3 MB of those tables into memory. Moved once, while next to nothing is on it, a stack costs next to
// nothing. Stacks that turn out too large are halved by the garbage collector, and
// those of goroutines that end are freed.
package stack

// room is more than half of 32 KiB, so that the next power of two is that: what
// reading and answering a message take, and initialising this program's packages,
// where 16 KiB are too little for both.
const room = 17 << 10

// The first goroutine initialises the packages. This one imports none, so that
// its turn comes before those of most.
func init() { Grow() }

// Grow makes room on the stack of the goroutine that calls it. It is to be called
// before anything else is.
//
//go:noinline
func Grow() byte {
	var space [room]byte
	return space[last]
}

// last keeps the compiler from seeing that no space is needed.
var last = room - 1
