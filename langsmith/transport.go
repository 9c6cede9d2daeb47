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

// largestAnswer bounds how much of one answer is read, in bytes. A detailed
// report of a thousand traces is a few megabytes.
const largestAnswer = 64 << 20

// NewTransport returns a connection pool for clients to share. Proxies and
// extra certificates come from the standard environment variables.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   256, // it is one host: fewer would make a burst dial anew
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ExpectContinueTimeout: time.Second,
		// A machine that slept leaves HTTP/2 connections that are dead and do
		// not know it; every request on one would wait for its whole timeout.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
}

// layers stacks what every request passes through, outermost first: it is sent
// again where that is safe, waits its turn under LangSmith's limits, and its
// answer is read whole and freed of the credential.
func layers(options Options) http.RoundTripper {
	var transport = options.Transport
	transport = &reading{next: transport, secret: options.Credentials.secret().redactor(), timeout: options.Timeout}
	transport = newPacing(transport, options)
	return &resending{next: transport}
}

// reading reads an answer whole, within the time one request may take, so that
// a connection that breaks in the middle of a body is seen by the layers above
// as what it is; and it takes the credential out, should LangSmith echo it.
type reading struct {
	next    http.RoundTripper
	secret  redactor
	timeout time.Duration
}

func (r *reading) RoundTrip(request *http.Request) (*http.Response, error) {
	caller := request.Context()
	secret := r.secret
	if operation, ok := caller.Value(sendingKey{}).(*sending); ok && operation.secret.forms != nil {
		secret = operation.secret
	}
	ctx, cancel := context.WithCancelCause(caller)
	defer cancel(nil)
	defer time.AfterFunc(r.timeout, func() { cancel(errRequestTimeout) }).Stop()
	var given connections
	ctx = given.watch(ctx, cancel)
	response, err := r.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, given.judge(secret.redactError(schemeCause(ownCause(ctx, caller, err, r.timeout))))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	switch {
	case err != nil:
		return nil, secret.redactError(ownCause(ctx, caller, fmt.Errorf("the answer broke off: %w", err), r.timeout))
	case len(body) > largestAnswer:
		return nil, errAnswerTooLarge
	}
	for _, values := range response.Header {
		for i, value := range values {
			values[i] = string(secret.redact([]byte(value)))
		}
	}
	body = cleanBody(body, secret)
	response.Body = &heldBody{*bytes.NewReader(body), body}
	response.ContentLength = int64(len(body))
	return response, nil
}

// heldBody is a body that was read whole.
type heldBody struct {
	bytes.Reader
	data []byte
}

// Close implements io.Closer.
func (*heldBody) Close() error { return nil }

// schemeCause says in words that a server speaks no TLS. http.Client would, but
// looks at the bare error only.
func schemeCause(err error) error {
	var noTLS tls.RecordHeaderError
	if errors.As(err, &noTLS) && string(noTLS.RecordHeader[:]) == "HTTP/" {
		return http.ErrSchemeMismatch
	}
	return err
}

var errAnswerTooLarge = fmt.Errorf("the answer is larger than %d MiB", largestAnswer>>20)

// bodyOf returns the body of an answer, which the reading layer has read.
func bodyOf(response *http.Response) ([]byte, error) {
	if held, ok := response.Body.(*heldBody); ok {
		return held.data, nil
	}
	return io.ReadAll(response.Body) // of a transport that is not this one
}
