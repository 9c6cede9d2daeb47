package langsmith

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Options configure a [Client].
type Options struct {
	Endpoint    Endpoint    // zero for DefaultEndpoint
	Credentials Credentials // empty: every call fails with ErrNoCredentials
	UserAgent   string      // sent with every request; empty for "langsmith-insights-mcp"

	// Anonymous sends requests without credentials instead of failing. It is for a
	// sandbox, which has no accounts.
	Anonymous bool

	// Timeout bounds one request and the reading of its response; 0 for 60 s.
	// It applies to each try, within the caller's deadline.
	Timeout time.Duration

	// Transport sends the requests; nil for a connection pool of this client
	// only. Several clients can share one.
	Transport http.RoundTripper

	// Routes remembers which generation of routes each endpoint serves; nil for a
	// memory of this client only. Several clients can share one.
	Routes *Routes

	// OnDeprecated is called for every response that announces the end of its
	// route, possibly from several goroutines; nil for no call.
	OnDeprecated func(Deprecation)

	// OnResponse is called for every response, possibly from several goroutines;
	// nil for no call.
	OnResponse func(Response)
}

// Response is LangSmith's response to one request, without the credential.
type Response struct {
	Method string
	Route  string // the path, with {id} in place of an id
	Status int
	Body   []byte // shared; do not change it
}

// Client calls one LangSmith API with one set of credentials. It is safe for
// concurrent use. Keep it for as long as you call: it stays within LangSmith's rate
// limits by counting its own requests.
type Client struct {
	endpoint     Endpoint
	roots        roots
	credentials  func() Credentials // a function, since fmt would print the secrets of a field
	fingerprint  string             // of the credentials
	anonymous    bool
	userAgent    string
	transport    http.RoundTripper // follows no redirect, which would send the key to another host, or repeat a paid POST
	routes       *Routes
	onDeprecated func(Deprecation)
	onResponse   func(Response)
}

// New returns a client. Nothing is sent before a method is called.
func New(options Options) *Client {
	if options.Endpoint.IsZero() {
		options.Endpoint, _ = ParseEndpoint(DefaultEndpoint)
	}
	if options.UserAgent == "" {
		options.UserAgent = "langsmith-insights-mcp"
	}
	if options.Timeout <= 0 {
		options.Timeout = 60 * time.Second
	}
	if options.Transport == nil {
		options.Transport = NewTransport()
	}
	if options.Routes == nil {
		options.Routes = NewRoutes()
	}
	return &Client{
		routes:       options.Routes,
		onDeprecated: options.OnDeprecated,
		onResponse:   options.OnResponse,
		endpoint:     options.Endpoint,
		roots:        options.Endpoint.roots(),
		credentials:  func() Credentials { return options.Credentials },
		fingerprint:  options.Credentials.Fingerprint(),
		anonymous:    options.Anonymous,
		userAgent:    options.UserAgent,
		transport:    newRoundTripper(options),
	}
}

// Endpoint returns the API that the client calls.
func (c *Client) Endpoint() Endpoint { return c.endpoint }

// Credentials returns the credentials of the client's requests. They print as
// [redacted].
func (c *Client) Credentials() Credentials { return c.credentials() }

// Fingerprint identifies the client's credential: see [Credentials.Fingerprint].
func (c *Client) Fingerprint() string { return c.fingerprint }

// parseDate returns the time of LangSmith's clock; zero if the header is missing.
func parseDate(header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}

// do sends one operation, decodes the response's body into out, which may be nil, and
// returns the response's header.
func (c *Client) do(ctx context.Context, op operation, out any) (http.Header, error) {
	if err := c.credentials().check(c.anonymous); err != nil {
		return nil, op.refuse(err)
	}
	credentials, err := c.credentials().resolve(ctx)
	if err != nil {
		return nil, op.refuse(err)
	}
	state := &requestState{repeatable: op.repeatable, mayRetry: op.mayRetry}
	if observe, ok := ctx.Value(retryObserverKey{}).(func(*Error)); ok {
		state.onRetry = func(response *http.Response, err error) { observe(op.failure(response, err)) }
	}
	if c.credentials().usesLogin() {
		state.secret = credentials.secret().redactor()
	}
	var body []byte
	if op.body != nil {
		if body, err = marshal(op.body); err != nil {
			return nil, op.refuse(fmt.Errorf("encode the request: %w", err))
		}
	}
	request, err := c.newRequest(context.WithValue(ctx, requestStateKey{}, state), op, body, credentials)
	if err != nil {
		return nil, op.refuse(err)
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		failure := &Error{Method: op.method, Path: op.fullPath(), Err: err}
		failure.Unprocessed = hadNoEffect(nil, err) && !state.ambiguous
		var limited *rateLimitedError
		if errors.As(err, &limited) {
			failure.RetryAfter = limited.wait
		}
		return nil, failure
	}
	defer response.Body.Close()
	c.reportDeprecation(op, response.Header)
	if failure := c.readResponse(op, response, out); failure != nil {
		failure.Unprocessed = hadNoEffect(response, nil) && !state.ambiguous
		return nil, failure
	}
	return response.Header, nil
}

// readResponse decodes the body of a successful response into out, and returns any
// other response as an error.
func (c *Client) readResponse(op operation, response *http.Response, out any) *Error {
	failure := &Error{Method: op.method, Path: op.fullPath(), Status: response.StatusCode}
	body, err := readBody(response)
	if err != nil {
		failure.Err = err
		return failure
	}
	if c.onResponse != nil {
		c.onResponse(Response{op.method, routePattern(op.fullPath()), response.StatusCode, body})
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		failure.RetryAfter = parseRetryAfter(response.Header, time.Now())
		failure.readErrorBody(body)
		if target := redirectTarget(response); target != "" && failure.Message == "" {
			failure.Err = fmt.Errorf("redirected to %s, which is not followed", target)
		}
		return failure
	}
	if out == nil {
		return nil
	}
	if response.StatusCode != http.StatusNoContent {
		if err := decode(body, out); err != nil {
			failure.NotJSON = !json.Valid(body)
			failure.Err = fmt.Errorf("the response is not what the API documents: %w", err)
			return failure
		}
	}
	if checked, ok := out.(validatable); ok && !checked.isValid() {
		failure.Err = errIncompleteResponse
		return failure
	}
	return nil
}

func (c *Client) newRequest(ctx context.Context, op operation, body []byte, credentials Credentials) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, op.method, "", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("build the request: %w", err)
	}
	request.URL = c.roots.resolve(op)
	if op.body == nil {
		request.Body, request.GetBody = http.NoBody, nil
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.userAgent)
	credentials.sign(request.Header)
	return request, nil
}

// redirectTarget returns the address that a response redirects to, without the query,
// which may hold login tokens.
func redirectTarget(response *http.Response) string {
	target, err := response.Location()
	if err != nil {
		return ""
	}
	return truncateLine(target.Scheme + "://" + target.Host + target.EscapedPath())
}
