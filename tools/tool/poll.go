package tool

import (
	"errors"
	"time"
)

// Poll is set for a caller that repeats the call until there is a result, however long that
// takes.
type Poll struct {
	Since time.Time // of the first call
}

// UnfinishedError is the error of a polled call ([Env.Poll]) that has no result yet.
type UnfinishedError struct {
	// Arguments are those of the next call. They have ids instead of the first call's
	// names, so that they mean the same then.
	Arguments any

	Message  string        // the state, as in progress reports
	AsOf     time.Time     // when LangSmith returned it; zero if it has not responded yet
	NextPoll time.Duration // after which there may be news
}

func (u *UnfinishedError) Error() string { return "is not finished: " + u.Message }

// WithNextCall sets the arguments of the next call in an [UnfinishedError]. It returns
// other errors unchanged.
func WithNextCall(err error, arguments any) error {
	var unfinished *UnfinishedError
	if errors.As(err, &unfinished) {
		unfinished.Arguments = arguments
	}
	return err
}
