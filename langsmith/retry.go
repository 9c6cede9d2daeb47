package langsmith

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// requestState is the state of one operation that [Client] and its transport share.
type requestState struct {
	// repeatable is true for an operation that can be repeated without a further
	// effect: a read, or a write that sets a target to a state. Any other
	// operation, such as one that costs money, is retried only if the first
	// request surely had no effect.
	repeatable bool
	// mayRetry is called before each retry; nil for true.
	mayRetry func(context.Context) bool
	// onRetry is called with what failed before each retry; nil for none.
	onRetry func(*http.Response, error)
	// ambiguous is set before a retry if the request may have had an effect. A
	// later refusal then does not prove that it had none.
	ambiguous bool
	// secret redacts the login's token of this operation in its response; unset for
	// other credentials.
	secret redactor
}

type requestStateKey struct{}

type retryObserverKey struct{}

// WithRetryObserver returns a context whose requests call observe with the failure before
// the pause of each retry, in the goroutine of the request: a caller that stops waiting
// in between then knows what LangSmith said.
func WithRetryObserver(ctx context.Context, observe func(*Error)) context.Context {
	return context.WithValue(ctx, retryObserverKey{}, observe)
}

// The bounds of retries, for reads and for paid requests.
const (
	maxAttempts  = 5
	maxRetryTime = 30 * time.Second
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 8 * time.Second
)

// retrier retries a request if that is safe, with jittered backoff or after the
// Retry-After of LangSmith, and not beyond the caller's deadline.
type retrier struct{ next http.RoundTripper }

func (r *retrier) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	state, ok := ctx.Value(requestStateKey{}).(*requestState)
	if !ok {
		state = &requestState{}
	}
	started := time.Now()
	pause := &backoff.ExponentialBackOff{
		InitialInterval: firstBackoff, MaxInterval: maxBackoff, Multiplier: 2, RandomizationFactor: 0.5,
	}
	pause.Reset()
	for attempts := 1; ; attempts++ {
		attempt, err := cloneForAttempt(request)
		if err != nil {
			return nil, err
		}
		response, err := r.next.RoundTrip(attempt)
		if attempts == maxAttempts || ctx.Err() != nil || !shouldRetry(state.repeatable, response, err) {
			return response, err
		}
		wait := retryDelay(response, pause.NextBackOff())
		if time.Since(started)+wait > maxRetryTime || pastDeadline(ctx, wait) {
			return response, err
		}
		state.ambiguous = state.ambiguous || !hadNoEffect(response, err)
		if state.onRetry != nil {
			state.onRetry(response, err)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, &notSentError{err}
		}
		if state.mayRetry != nil && !state.mayRetry(ctx) {
			return response, err
		}
	}
}

// cloneForAttempt returns a copy of a request without GetBody. With it, net/http would
// repeat a request over HTTP/2, even a POST, without end whenever the server resets its
// stream with PROTOCOL_ERROR, whether processed or not. A paid request would be paid
// thousands of times.
func cloneForAttempt(request *http.Request) (*http.Request, error) {
	attempt := request.WithContext(request.Context())
	if request.GetBody == nil {
		return attempt, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	attempt.Body, attempt.GetBody = body, nil
	return attempt, nil
}

// retryDelay returns how long to wait before the next attempt.
func retryDelay(response *http.Response, backoff time.Duration) time.Duration {
	if response == nil {
		return backoff
	}
	delay := parseRetryAfter(response.Header, time.Now())
	if delay == 0 {
		return backoff
	}
	// Jitter, since all clients that were refused have the same delay.
	return delay + rand.N(delay/10+50*time.Millisecond)
}

func shouldRetry(repeatable bool, response *http.Response, err error) bool {
	switch {
	case err != nil && repeatable:
		return !isPermanent(err)
	case err != nil:
		return wasNotSent(err) && isConnectionRefused(err)
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		return (repeatable || isRefusal(response)) && !hasTooManyJobs(response)
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return repeatable
	}
	return false
}

// hadNoEffect reports whether a request surely changed nothing.
func hadNoEffect(response *http.Response, err error) bool {
	if err != nil {
		return wasNotSent(err)
	}
	return isRefusal(response)
}

// isRefusal reports whether LangSmith refused a request before it processed it: with one
// of the statuses for that, in one of its error formats. Any other response, such as a
// redirect or a gateway's 403, may follow the processing of the request.
func isRefusal(response *http.Response) bool {
	switch response.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests:
	default:
		return false
	}
	body, err := readBody(response)
	return err == nil && isErrorBody(body)
}

// isConnectionRefused reports whether nothing listens at the address. On Windows the
// error is WSAECONNREFUSED (10061), which differs from syscall.ECONNREFUSED.
func isConnectionRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.Errno(10061))
}

// isPermanent reports whether a retry cannot help: the host does not exist or does not
// speak TLS, its certificate is not trusted, the rate limit is used up, or the response
// is too large.
func isPermanent(err error) bool {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var limited *rateLimitedError
	return errors.As(err, &name) && name.IsNotFound ||
		errors.As(err, &certificate) || errors.As(err, &limited) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.Is(err, errResponseTooLarge)
}

func pastDeadline(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) <= wait
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hasTooManyJobs reports whether a response says that too many jobs are running.
func hasTooManyJobs(response *http.Response) bool {
	body, err := readBody(response)
	if err != nil {
		return false
	}
	refusal := Error{Status: response.StatusCode}
	refusal.readErrorBody(body)
	return refusal.TooManyJobs()
}
