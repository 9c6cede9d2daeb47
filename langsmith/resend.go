package langsmith

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// resendPolicy says when a request may be sent a second time.
type resendPolicy uint8

const (
	// resendAlways is for what is the same done twice: reads, and writes that
	// name their target and its new state.
	resendAlways resendPolicy = iota
	// resendUnprocessed is for what costs money or makes something new: only
	// where the first request surely had no effect.
	resendUnprocessed
	// resendNever is for a look that somebody repeats anyway.
	resendNever
)

type resendKey struct{}

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
	policy, _ := ctx.Value(resendKey{}).(resendPolicy)
	if policy == resendNever {
		return r.next.RoundTrip(request)
	}
	started := time.Now()
	pause := &backoff.ExponentialBackOff{
		InitialInterval: firstBackoff, MaxInterval: maxBackoff, Multiplier: 2, RandomizationFactor: 0.5,
	}
	pause.Reset()
	for sends := 1; ; sends++ {
		response, err := r.next.RoundTrip(request)
		if sends == maxSends || ctx.Err() != nil || !worthResending(policy, response, err) {
			return response, err
		}
		wait := pause.NextBackOff()
		if response != nil {
			if asked := retryAfter(response.Header, time.Now()); asked > 0 {
				// Everyone who was refused together would come back together.
				wait = asked + rand.N(asked/10+50*time.Millisecond)
			}
		}
		if time.Since(started)+wait > maxResendTime || pastDeadline(ctx, wait) {
			return response, err
		}
		if err := errors.Join(closeBody(response), sleep(ctx, wait), rewind(request)); err != nil {
			return nil, err
		}
	}
}

func worthResending(policy resendPolicy, response *http.Response, err error) bool {
	if err != nil {
		if policy == resendUnprocessed {
			return errors.Is(err, syscall.ECONNREFUSED) && neverSent(err)
		}
		return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && !isPermanent(err)
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		return !saysTooManyJobs(response)
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return policy == resendAlways
	}
	return false
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

func closeBody(response *http.Response) error {
	if response == nil {
		return nil
	}
	return response.Body.Close()
}

// rewind makes a request's body readable once more.
func rewind(request *http.Request) error {
	if request.GetBody == nil {
		return nil
	}
	body, err := request.GetBody()
	if err != nil {
		return err
	}
	request.Body = body
	return nil
}

// saysTooManyJobs looks into the answer, which the reading layer holds in
// memory, and leaves it as it was.
func saysTooManyJobs(response *http.Response) bool {
	body, err := readBody(response)
	response.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && isTooManyJobs(string(body))
}
