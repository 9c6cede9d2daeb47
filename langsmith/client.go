package langsmith

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Options make a [Client].
type Options struct {
	Endpoint    Endpoint    // zero for DefaultEndpoint
	Credentials Credentials // empty: every call fails with ErrNoCredentials
	UserAgent   string      // sent with every request; empty for "langsmith-insights-mcp"

	// Anonymous sends requests without credentials instead of failing: for a
	// sandbox, which knows no accounts.
	Anonymous bool

	// Timeout bounds one request and the reading of its answer; 0 for 60 s.
	// Retries of a read each have it anew, inside the caller's deadline.
	Timeout time.Duration

	// Transport carries the requests; nil for a connection pool of the
	// client's own. Clients of many callers share one.
	Transport http.RoundTripper

	// Routes remembers which generation of routes endpoints serve; nil for a
	// memory of the client's own. Clients of many callers share one.
	Routes *Routes

	// OnDeprecated is told of every answer that announces the end of its
	// route; nil for nobody. It may be called from several goroutines.
	OnDeprecated func(Deprecation)

	// OnAnswer is told of every answer as it came; nil for nobody. It may be
	// called from several goroutines.
	OnAnswer func(Answer)
}

// Answer is LangSmith's answer to one request, without the credential.
type Answer struct {
	Method string
	Route  string // the path, with {id} where it had one
	Status int
	Body   []byte // shared: not to be changed
}

// Client calls one LangSmith API with one set of credentials. It is safe for
// concurrent use. Keep it: LangSmith's rate limits are held to by counting what
// this client has sent.
type Client struct {
	endpoint    Endpoint
	roots       roots
	credentials func() Credentials // no field: fmt finds its way to those, through any struct that holds a client
	anonymous   bool
	userAgent   string
	http        *http.Client
	routes      *Routes
	deprecated  func(Deprecation)
	answered    func(Answer)
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
		routes:      options.Routes,
		deprecated:  options.OnDeprecated,
		answered:    options.OnAnswer,
		endpoint:    options.Endpoint,
		roots:       options.Endpoint.roots(),
		credentials: func() Credentials { return options.Credentials },
		anonymous:   options.Anonymous,
		userAgent:   options.UserAgent,
		http: &http.Client{
			Transport: layers(options),
			// A redirect would carry the key to another host, or a paid POST
			// to a second one. The caller is told instead.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Endpoint returns the API that the client calls.
func (c *Client) Endpoint() Endpoint { return c.endpoint }

// Credentials returns what the client signs with; they print as [redacted].
func (c *Client) Credentials() Credentials { return c.credentials() }

// answer is what came back besides the body.
type answer struct{ header http.Header }

// date is LangSmith's clock, zero where the answer did not say.
func (a answer) date() time.Time { return parseDate(a.header) }

func parseDate(header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}

// do sends one operation and decodes its answer into out, which may be nil.
func (c *Client) do(ctx context.Context, op operation, out any) (answer, error) {
	if err := c.credentials().check(c.anonymous); err != nil {
		return answer{}, op.refuse(err)
	}
	credentials, err := c.credentials().resolve(ctx)
	if err != nil {
		return answer{}, op.refuse(err)
	}
	progress := &sending{repeatable: op.repeatable, mayResend: op.mayResend}
	if c.credentials().signsIn() {
		progress.secret = credentials.secret().redactor()
	}
	request, err := c.newRequest(context.WithValue(ctx, sendingKey{}, progress), op, credentials)
	if err != nil {
		return answer{}, op.refuse(err)
	}
	fail := &Error{Method: op.method, Path: op.fullPath()}
	response, err := c.http.Do(request)
	if err != nil {
		fail.Unprocessed = withoutEffect(nil, err) && !progress.doubt
		var paced *pacedError
		if errors.As(err, &paced) {
			fail.RetryAfter = paced.wait
		}
		fail.Err = plainCause(err)
		return answer{}, fail
	}
	defer response.Body.Close()
	got := answer{response.Header}
	c.reportDeprecation(op, response.Header)
	fail.Status = response.StatusCode
	fail.Unprocessed = withoutEffect(response, nil) && !progress.doubt
	body, err := bodyOf(response)
	if err != nil {
		fail.Err = err
		return got, fail
	}
	if c.answered != nil {
		c.answered(Answer{op.method, routePattern(op.fullPath()), response.StatusCode, body})
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		fail.RetryAfter = retryAfter(response.Header, time.Now())
		fail.readErrorBody(body)
		if target := redirectTarget(response); target != "" && fail.Message == "" {
			fail.Err = fmt.Errorf("redirected to %s, which is not followed", target)
		}
		return got, fail
	}
	if out == nil {
		return got, nil
	}
	if response.StatusCode != http.StatusNoContent {
		if err := decode(body, out); err != nil {
			fail.NotJSON = !json.Valid(body)
			fail.Err = fmt.Errorf("the answer is not what the API documents: %w", err)
			return got, fail
		}
	}
	if known, ok := out.(recognizable); ok && !known.recognized() {
		fail.Err = errUnrecognized
		return got, fail
	}
	return got, nil
}

func (c *Client) newRequest(ctx context.Context, op operation, credentials Credentials) (*http.Request, error) {
	var body []byte
	if op.body != nil {
		var err error
		if body, err = marshal(op.body); err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
	}
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
	credentials.sign(request.Header) // no redirect is followed that would carry it elsewhere
	return request, nil
}

// plainCause strips the url.Error, whose text repeats what Error says already.
func plainCause(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// redirectTarget is where an answer sends its reader, without the query, which
// may carry tokens of somebody's login.
func redirectTarget(response *http.Response) string {
	target, err := response.Location()
	if err != nil {
		return ""
	}
	return shorten(target.Scheme + "://" + target.Host + target.EscapedPath())
}
