package langsmith

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errRequestTimeout is the cause of a request that took longer than one may.
var errRequestTimeout = errors.New("no answer in time")

// ownCause tells what this package ended a request for from a caller who gave
// up: only the second is a context error, which ends every retry.
func ownCause(ctx, caller context.Context, err error, timeout time.Duration) error {
	cause := context.Cause(ctx)
	switch {
	case caller.Err() != nil:
		return err
	case errors.Is(cause, errRequestTimeout):
		return fmt.Errorf("no answer within %s", timeout)
	case errors.Is(cause, errConnectionsBreak):
		return cause
	}
	return err
}
