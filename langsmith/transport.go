package langsmith

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// maxResponseBytes bounds the body of a response. A detailed report of a thousand traces
// has a few megabytes.
const maxResponseBytes = 64 << 20

// NewTransport returns a connection pool that clients can share. It reads proxies and
// additional certificates from the standard environment variables.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   256, // all requests go to one host
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ExpectContinueTimeout: time.Second,
		// After a machine has slept, its HTTP/2 connections are broken. Without
		// pings a request on one would wait for its whole timeout.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
}

// newRoundTripper wraps the options' transport: each attempt of the retrier waits for
// the rate limiter, and the responseReader reads its response.
func newRoundTripper(options Options) http.RoundTripper {
	reader := &responseReader{next: options.Transport, secret: options.Credentials.secret().redactor(), timeout: options.Timeout}
	return &retrier{next: newRateLimiter(reader, options)}
}

// responseReader reads the whole response within the timeout of one request, so that
// the retrier sees a connection that breaks within a body as an error. It redacts the
// credential, which LangSmith might echo.
type responseReader struct {
	next    http.RoundTripper
	secret  redactor
	timeout time.Duration
}

func (r *responseReader) RoundTrip(request *http.Request) (*http.Response, error) {
	caller := request.Context()
	secret := r.secret
	if state, ok := caller.Value(requestStateKey{}).(*requestState); ok && state.secret.forms != nil {
		secret = state.secret
	}
	ctx, cancel := context.WithCancelCause(caller)
	defer cancel(nil)
	defer time.AfterFunc(r.timeout, func() { cancel(errRequestTimeout) }).Stop()
	var tracker connectionTracker
	ctx = tracker.trace(ctx, cancel)
	response, err := r.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, tracker.markNotSent(secret.redactError(explainScheme(explainCancellation(ctx, caller, err, r.timeout))))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponseBytes+1))
	switch {
	case err != nil:
		return nil, secret.redactError(explainCancellation(ctx, caller, fmt.Errorf("the connection broke during the response: %w", err), r.timeout))
	case len(body) > maxResponseBytes:
		return nil, errResponseTooLarge
	}
	for _, values := range response.Header {
		for i, value := range values {
			values[i] = string(secret.redact([]byte(value)))
		}
	}
	body = sanitizeBody(body, secret)
	response.Body = &bufferedBody{*bytes.NewReader(body), body}
	response.ContentLength = int64(len(body))
	return response, nil
}

// bufferedBody is a response body in memory.
type bufferedBody struct {
	bytes.Reader
	data []byte
}

// Close implements io.Closer.
func (*bufferedBody) Close() error { return nil }

// explainScheme replaces the error of a server that does not speak TLS by
// http.ErrSchemeMismatch, as http.Client does.
func explainScheme(err error) error {
	var noTLS tls.RecordHeaderError
	if errors.As(err, &noTLS) && string(noTLS.RecordHeader[:]) == "HTTP/" {
		return http.ErrSchemeMismatch
	}
	return err
}

var errResponseTooLarge = fmt.Errorf("the response is larger than %d MiB", maxResponseBytes>>20)

// readBody returns the body of a response, which responseReader has read.
func readBody(response *http.Response) ([]byte, error) {
	if held, ok := response.Body.(*bufferedBody); ok {
		return held.data, nil
	}
	return io.ReadAll(response.Body) // of another transport, as in tests
}
