package langsmith

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errRequestTimeout is the cause of a request that exceeded [Options].Timeout.
var errRequestTimeout = errors.New("no response")

// explainCancellation replaces the context error of a request that this package
// canceled by its reason. A caller's own cancellation stays a context error, which
// ends every retry.
func explainCancellation(ctx, caller context.Context, err error, timeout time.Duration) error {
	cause := context.Cause(ctx)
	switch {
	case caller.Err() != nil:
		return err
	case errors.Is(cause, errRequestTimeout):
		return fmt.Errorf("%w within %s", errRequestTimeout, timeout)
	case errors.Is(cause, errConnectionsBreak):
		return cause
	}
	return err
}
