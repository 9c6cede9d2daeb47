package tool

import (
	"errors"
	"time"
)

// Poll is how a caller waits who calls again until there is a result, however long
// that takes.
type Poll struct {
	Since time.Time // of the first call
}

// Unfinished is the error of a polled call ([Env.Poll]) for what is not there yet.
type Unfinished struct {
	// Arguments are those of the next call. They mean the same then, so they have ids
	// where the first call's may have names.
	Arguments any

	Message  string        // how it goes, as progress reports say it
	AsOf     time.Time     // when LangSmith said so; zero where it has not answered yet
	NextPoll time.Duration // after which there may be news
}

func (u *Unfinished) Error() string { return "is not finished: " + u.Message }

// WithNextCall gives an [Unfinished] error the arguments of the next call. Other errors
// stay as they are.
func WithNextCall(err error, arguments any) error {
	var unfinished *Unfinished
	if errors.As(err, &unfinished) {
		unfinished.Arguments = arguments
	}
	return err
}
