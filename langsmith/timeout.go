package langsmith

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errRequestTimeout is the cause of a request that took longer than one may.
var errRequestTimeout = errors.New("no answer in time")

func withRequestTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, timeout, errRequestTimeout)
}

// timeoutCause tells the request's own timeout from a caller who gave up: only
// the second is a context error, which ends every retry.
func timeoutCause(ctx, caller context.Context, err error, timeout time.Duration) error {
	if caller.Err() == nil && errors.Is(context.Cause(ctx), errRequestTimeout) {
		return fmt.Errorf("no answer within %s", timeout)
	}
	return err
}
