package server

import "runtime/debug"

// gcPercent lets the heap grow to five times of what is alive before it is
// collected, where Go's own is twice. A call leaves some tens of kilobytes behind
// and next to nothing alive, so that most of what a collection costs is marking
// the same few megabytes again: a tenth of the processor's time under load. It
// costs memory, 16 MB before the first collection instead of 4.
const gcPercent = 400

// tuneGC sets that, unless the operator has set GOGC.
func tuneGC(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
