package server

import "runtime/debug"

// How much the heap may grow by before it is collected, in percent of what is
// alive; Go's own is 100. A call leaves some tens of kilobytes behind and next to
// nothing alive, so that most of what a collection costs is marking the same few
// megabytes again: a tenth of the processor's time under load. It costs memory:
// before the first collection, where Go itself takes 4 MB, 16 on a user's own
// machine and 32 where one process serves many. GOMEMLIMIT bounds it.
const (
	gcPercent     = 400
	gcPercentHTTP = 800
)

// tuneGC sets that, unless the operator has set GOGC.
func tuneGC(percent int, getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
