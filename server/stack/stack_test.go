package stack

import (
	"runtime/debug"
	"testing"
	"unsafe"
)

// use takes about that many bytes of the stack.
//
//go:noinline
func use(bytes int) byte {
	var some [1 << 10]byte
	if bytes > len(some) {
		return use(bytes-len(some)) + some[bytes%len(some)]
	}
	return some[0]
}

// moved tells whether the stack of a new goroutine is moved by what follows grow.
func moved(grow func() byte) bool {
	answer := make(chan bool)
	go func() {
		grow()
		var here byte
		before := uintptr(unsafe.Pointer(&here))
		use(24 << 10)
		answer <- uintptr(unsafe.Pointer(&here)) != before
	}()
	return <-answer
}

func TestAStackThatHasRoomStaysWhereItIs(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection could halve it in between
	if moved(Grow) {
		t.Error("it was moved after it had been given room")
	}
	if !moved(func() byte { return 0 }) {
		t.Error("it stays where it is without")
	}
}
