package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/rs/zerolog"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	// issuerTimeout bounds one request to the issuer.
	issuerTimeout = 10 * time.Second

	// issuerPause is how long an issuer that did not answer is left alone.
	issuerPause = 5 * time.Second

	// refreshKeysEvery is how often an issuer's keys are read again, so that a key
	// that was withdrawn is not trusted for long.
	refreshKeysEvery = 15 * time.Minute

	// unknownKeyEvery is how often a token of an unknown key may have them read
	// at once. Whoever makes up tokens cannot use this server against the issuer.
	unknownKeyEvery = 10 * time.Second

	// maxIssuerAnswer bounds the issuer's description and its keys, in bytes.
	maxIssuerAnswer = 1 << 20
)

// issuer finds the keys of one OAuth 2.1 issuer. It asks for them when the first
// token comes, and again while the issuer does not answer.
type issuer struct {
	url    string
	client *http.Client
	logger zerolog.Logger
	ctx    context.Context // ends the refreshing of keys

	discovery singleflight.Group

	mu      sync.Mutex // never held during a request
	known   *knownIssuer
	failure error
	retryAt time.Time
}

// knownIssuer is an issuer that has described itself.
type knownIssuer struct {
	name string // as it calls itself, which its tokens must repeat
	keys keyfunc.Keyfunc
}

func newIssuer(ctx context.Context, url string, logger zerolog.Logger) *issuer {
	client := &http.Client{Timeout: issuerTimeout, Transport: boundedTransport{http.DefaultTransport}}
	return &issuer{url: url, client: client, logger: logger, ctx: ctx}
}

// name is the issuer's name for clients: its own once it is known, until then the
// configured one.
func (i *issuer) name() string {
	if known, _ := i.cached(); known != nil {
		return known.name
	}
	return i.url
}

// cached returns what the last discovery found, for as long as it counts; neither
// where the issuer is to be asked.
func (i *issuer) cached() (*knownIssuer, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil && time.Now().Before(i.retryAt) {
		return nil, i.failure
	}
	return i.known, nil
}

// discover returns the issuer with its keys. However many callers wait for them,
// the issuer is asked once, and each waits no longer than its ctx lets it. An error
// is not the token's fault.
func (i *issuer) discover(ctx context.Context) (*knownIssuer, error) {
	if known, err := i.cached(); known != nil || err != nil {
		return known, err
	}
	// On the server's own context: one caller's end must not fail the others.
	asked := i.discovery.DoChan("", func() (any, error) { return i.ask() })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-asked:
		known, _ := result.Val.(*knownIssuer)
		return known, result.Err
	}
}

// ask asks the issuer, unless a discovery has just ended, and keeps what it finds.
func (i *issuer) ask() (*knownIssuer, error) {
	if known, err := i.cached(); known != nil || err != nil {
		return known, err
	}
	known, err := i.describeAndReadKeys()
	i.mu.Lock()
	defer i.mu.Unlock()
	if err != nil {
		i.failure, i.retryAt = fmt.Errorf("issuer %s: %w", i.url, err), time.Now().Add(issuerPause)
		i.logger.Error().Err(i.failure).Msg("tokens cannot be checked")
		return nil, i.failure
	}
	i.known = known
	i.logger.Info().Str("issuer", known.name).Msg("the issuer's keys are known")
	if known.name != i.url {
		i.logger.Warn().Str("issuer", known.name).Msg("the issuer's name differs from --oauth-issuer by a slash at its end; set it to this one, since some clients compare them")
	}
	return known, nil
}

// describeAndReadKeys reads where the issuer's keys are, and the keys.
func (i *issuer) describeAndReadKeys() (*knownIssuer, error) {
	var failures []error
	for _, address := range wellKnownAddresses(i.url) {
		described, err := i.describe(address)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		keys, err := i.readKeys(described.KeysURL)
		return &knownIssuer{name: described.Issuer, keys: keys}, err
	}
	return nil, errors.Join(failures...)
}

// readKeys reads the keys now, and again from time to time until the server ends.
func (i *issuer) readKeys(address string) (keyfunc.Keyfunc, error) {
	ctx, cancel := context.WithCancel(i.ctx)
	goOnWithoutKeys := false
	keys, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{address}, keyfunc.Override{
		Client:                    i.client,
		HTTPTimeout:               issuerTimeout,
		NoErrorReturnFirstHTTPReq: &goOnWithoutKeys,
		RateLimitWaitMax:          issuerTimeout / 2, // and no wait at all where the turn is further off
		RefreshInterval:           refreshKeysEvery,
		RefreshUnknownKID:         rate.NewLimiter(rate.Every(unknownKeyEvery), 1),
		RefreshErrorHandlerFunc: func(string) func(context.Context, error) {
			return func(_ context.Context, err error) {
				i.logger.Warn().Err(err).Msg("the issuer's keys could not be read again; those known still count")
			}
		},
	})
	if err != nil {
		cancel() // the refreshing has begun nevertheless
		return nil, err
	}
	context.AfterFunc(ctx, cancel) // they end together
	return keys, nil
}

// wellKnownAddresses lists where an issuer may describe itself: OpenID Connect's
// address, and those of RFC 8414, which MCP clients try too.
func wellKnownAddresses(issuer string) []string {
	trimmed := strings.TrimSuffix(issuer, "/")
	addresses := []string{trimmed + "/.well-known/openid-configuration"}
	u, err := url.Parse(trimmed)
	if err != nil {
		return addresses
	}
	root := u.Scheme + "://" + u.Host
	addresses = append(addresses, root+"/.well-known/oauth-authorization-server"+u.Path)
	if u.Path != "" {
		addresses = append(addresses, root+"/.well-known/openid-configuration"+u.Path)
	}
	return addresses
}

// description is what is needed of an issuer's metadata.
type description struct {
	Issuer  string `json:"issuer"`
	KeysURL string `json:"jwks_uri"`
}

func (i *issuer) describe(address string) (*description, error) {
	request, err := http.NewRequestWithContext(i.ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := i.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, answer.Status)
	}
	var described description
	if err := json.NewDecoder(answer.Body).Decode(&described); err != nil {
		return nil, fmt.Errorf("%s: not the metadata of an issuer: %w", address, err)
	}
	switch {
	case strings.TrimSuffix(described.Issuer, "/") != strings.TrimSuffix(i.url, "/"):
		// RFC 8414 demands it: another issuer's metadata must not be believed. A
		// slash at the end names no other issuer.
		return nil, fmt.Errorf("%s describes the issuer %q", address, described.Issuer)
	case !strings.HasPrefix(described.KeysURL, "https://") && !strings.HasPrefix(i.url, "http://"):
		return nil, fmt.Errorf("%s names no jwks_uri that begins with https://", address)
	case described.KeysURL == "":
		return nil, fmt.Errorf("%s names no jwks_uri", address)
	}
	return &described, nil
}

// boundedTransport refuses answers of more than maxIssuerAnswer bytes.
type boundedTransport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxIssuerAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxIssuerAnswer {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxIssuerAnswer)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}
