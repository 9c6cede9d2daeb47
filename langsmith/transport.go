package langsmith

import (
	"bytes"
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
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// layers stacks what every request passes through, outermost first: it is sent
// again where that is safe, waits its turn under LangSmith's limits, is signed,
// and its answer is read whole and freed of the credential.
func layers(options Options) http.RoundTripper {
	var transport = options.Transport
	transport = &reading{next: transport, secret: options.Credentials.secret(), timeout: options.Timeout}
	transport = &signing{next: transport, credentials: options.Credentials, userAgent: options.UserAgent}
	transport = newPacing(transport, options.Endpoint)
	return &resending{next: transport}
}

// signing puts the credentials and the user agent on a request.
type signing struct {
	next        http.RoundTripper
	credentials Credentials
	userAgent   string
}

func (s *signing) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", s.userAgent)
	s.credentials.sign(request.Header)
	return s.next.RoundTrip(request)
}

// reading reads an answer whole, within the time one request may take, so that
// a connection that breaks in the middle of a body is seen by the layers above
// as what it is; and it takes the credential out, should LangSmith echo it.
type reading struct {
	next    http.RoundTripper
	secret  Secret
	timeout time.Duration
}

func (r *reading) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := withRequestTimeout(request.Context(), r.timeout)
	defer cancel()
	response, err := r.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, timeoutCause(ctx, request.Context(), err, r.timeout)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	switch {
	case err != nil:
		return nil, timeoutCause(ctx, request.Context(), fmt.Errorf("the answer broke off: %w", err), r.timeout)
	case len(body) > largestAnswer:
		return nil, fmt.Errorf("the answer is larger than %d MiB", largestAnswer>>20)
	}
	body = r.secret.Redact(body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	return response, nil
}

func readBody(response *http.Response) ([]byte, error) {
	return io.ReadAll(io.LimitReader(response.Body, largestAnswer))
}

// neverSent reports whether a request failed before any of it could reach
// LangSmith: no connection was made.
func neverSent(err error) bool {
	var dial *net.OpError
	var dns *net.DNSError
	var paced *pacedError
	return errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect" || dial.Op == "socks connect") ||
		errors.As(err, &dns) || errors.As(err, &paced)
}
