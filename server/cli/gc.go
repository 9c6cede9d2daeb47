package cli

import "runtime/debug"

// gcPercent is how much the heap may grow by before it is collected, in percent
// of what is alive; Go's own is 100. A call leaves some tens of kilobytes behind
// and next to nothing alive, so that most of what a collection costs is marking
// the same few megabytes again: a tenth of the processor's time under load. It
// costs memory while calls come: before the first collection 16 MB, where Go
// itself takes 4 ([rest] gives them back). Twice as much was no faster.
// GOMEMLIMIT bounds it.
const gcPercent = 400

// tuneGC sets that, unless the operator has set GOGC.
func tuneGC(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
