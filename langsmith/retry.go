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

// sending is what the resending layer and its caller share of one operation.
type sending struct {
	// repeatable is for what is the same done twice: reads, and writes that
	// name their target and its new state. What costs money or makes something
	// new is sent again only where the first request surely had no effect; that
	// is what holds for an operation nobody thought about.
	repeatable bool
	// mayResend is asked before each sending after the first; nil for always.
	mayResend func(context.Context) bool
	// doubt is set where a request that was sent again may have had an effect
	// the first time: then no later refusal proves that nothing happened.
	doubt bool
	// secret takes the token that a login gave for this operation out of its
	// answer; unset for a credential that stays the same.
	secret redactor
}

type sendingKey struct{}

// The bounds of sending again, the same for reads and for paid requests.
const (
	maxSends      = 5
	maxResendTime = 30 * time.Second
	firstBackoff  = 250 * time.Millisecond
	maxBackoff    = 8 * time.Second
)

// resending sends a request again where its policy allows, with jittered
// backoff, as LangSmith's Retry-After asks, and never past the caller's deadline.
type resending struct{ next http.RoundTripper }

func (r *resending) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	operation, ok := ctx.Value(sendingKey{}).(*sending)
	if !ok {
		operation = &sending{}
	}
	started := time.Now()
	pause := &backoff.ExponentialBackOff{
		InitialInterval: firstBackoff, MaxInterval: maxBackoff, Multiplier: 2, RandomizationFactor: 0.5,
	}
	pause.Reset()
	for sends := 1; ; sends++ {
		once, err := attempt(request)
		if err != nil {
			return nil, err
		}
		response, err := r.next.RoundTrip(once)
		if sends == maxSends || ctx.Err() != nil || !worthResending(operation.repeatable, response, err) {
			return response, err
		}
		wait := pauseBefore(response, pause.NextBackOff())
		if time.Since(started)+wait > maxResendTime || pastDeadline(ctx, wait) {
			return response, err
		}
		operation.doubt = operation.doubt || !withoutEffect(response, err)
		if err := sleep(ctx, wait); err != nil {
			return nil, &notSentError{err}
		}
		if operation.mayResend != nil && !operation.mayResend(ctx) {
			return response, err
		}
	}
}

// attempt is one sending of a request, with a body of its own and without the
// means to rewind it. Left to itself net/http repeats a request over HTTP/2, a
// POST too, whenever the server resets its stream with PROTOCOL_ERROR, processed
// or not and without end: a paid request would be paid thousands of times.
func attempt(request *http.Request) (*http.Request, error) {
	once := request.WithContext(request.Context())
	if request.GetBody == nil {
		return once, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	once.Body, once.GetBody = body, nil
	return once, nil
}

// pauseBefore is how long to wait before the next sending.
func pauseBefore(response *http.Response, backoff time.Duration) time.Duration {
	if response == nil {
		return backoff
	}
	asked := retryAfter(response.Header, time.Now())
	if asked == 0 {
		return backoff
	}
	// Everyone who was refused together would come back together.
	return asked + rand.N(asked/10+50*time.Millisecond)
}

func worthResending(repeatable bool, response *http.Response, err error) bool {
	switch {
	case err != nil && repeatable:
		return !isPermanent(err)
	case err != nil:
		return neverSent(err) && isRefused(err)
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		return (repeatable || isRefusal(response)) && !saysTooManyJobs(response)
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return repeatable
	}
	return false
}

// withoutEffect reports whether a request surely changed nothing.
func withoutEffect(response *http.Response, err error) bool {
	if err != nil {
		return neverSent(err)
	}
	return isRefusal(response)
}

// isRefusal reports whether an answer is a refusal that LangSmith gives before it
// works on a request: one of its statuses for that, in one of its forms. Anything
// else, from a redirect to a gateway's 403, may come after the request was
// processed.
func isRefusal(response *http.Response) bool {
	switch response.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests:
	default:
		return false
	}
	body, err := bodyOf(response)
	return err == nil && isErrorBody(body)
}

// isRefused reports whether nobody listens at the address. Windows has a number
// of its own for it, WSAECONNREFUSED, which is not what package syscall calls
// ECONNREFUSED there.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.Errno(10061))
}

// isPermanent reports whether a request failed in a way that trying again at
// once cannot mend: a host that does not exist or does not speak TLS, a
// certificate that is not trusted, a turn that is far off.
func isPermanent(err error) bool {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var paced *pacedError
	return errors.As(err, &name) && name.IsNotFound ||
		errors.As(err, &certificate) || errors.As(err, &paced) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.Is(err, errAnswerTooLarge)
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

// saysTooManyJobs looks into the answer and leaves it as it was.
func saysTooManyJobs(response *http.Response) bool {
	body, err := bodyOf(response)
	if err != nil {
		return false
	}
	refusal := Error{Status: response.StatusCode}
	refusal.readErrorBody(body)
	return refusal.TooManyJobs()
}
