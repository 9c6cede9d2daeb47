package server

import (
	"context"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// restAfter is how long nothing may have been answered before memory is given
// back. An agent thinks for longer between its calls.
const restAfter = time.Second

// rest gives memory back to the system once the server has nothing to do. What a
// start, a list of tools or a burst of calls leaves behind is several times what
// is alive; Go would keep it for the next burst, and a user's own machine runs
// many servers that mostly wait. That takes milliseconds, at most once for each
// restAfter. A nil rest gives nothing back.
type rest struct {
	release func()
	answers atomic.Int64 // so far
	looking atomic.Bool  // a look at whether the server rests is due
}

func newRest() *rest { return &rest{release: debug.FreeOSMemory} }

// watch has the answers of a server disturb it, and its start.
func (r *rest) watch(hooks *mcpserver.Hooks) {
	hooks.AddOnSuccess(func(context.Context, any, mcp.MCPMethod, any, any) { r.disturb() })
	hooks.AddOnError(func(context.Context, any, mcp.MCPMethod, any, error) { r.disturb() })
	r.disturb()
}

// disturb notes an answer.
func (r *rest) disturb() {
	if r == nil {
		return
	}
	r.answers.Add(1)
	if r.looking.CompareAndSwap(false, true) {
		r.lookLater()
	}
}

func (r *rest) lookLater() {
	seen := r.answers.Load()
	time.AfterFunc(restAfter, func() {
		if r.answers.Load() != seen {
			r.lookLater()
			return
		}
		r.looking.Store(false)
		r.release()
		if r.answers.Load() != seen && r.looking.CompareAndSwap(false, true) {
			r.lookLater() // an answer came before the next look could be asked for
		}
	})
}
