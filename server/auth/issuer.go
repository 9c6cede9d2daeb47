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

	// retryPause is the pause after a failed request to the issuer.
	retryPause = 5 * time.Second

	// refreshInterval is how often the issuer's keys are read again, so that a
	// revoked key is not trusted for long.
	refreshInterval = 15 * time.Minute

	// unknownKeyInterval is how often a token with an unknown key may cause the keys
	// to be read again. It keeps forged tokens from flooding the issuer.
	unknownKeyInterval = 10 * time.Second

	// maxIssuerResponse bounds the issuer's metadata and its keys, in bytes.
	maxIssuerResponse = 1 << 20
)

// issuer provides the keys of one OAuth 2.1 issuer. It reads them for the first token,
// and retries while the issuer does not respond.
type issuer struct {
	url    string
	client *http.Client
	logger zerolog.Logger
	ctx    context.Context // ends the refresh of keys

	discovery singleflight.Group

	mu      sync.Mutex // never held during a request
	known   *knownIssuer
	failure error
	retryAt time.Time
}

// knownIssuer is the issuer as its metadata describes it.
type knownIssuer struct {
	name string // the claim iss of its tokens
	keys keyfunc.Keyfunc
}

func newIssuer(ctx context.Context, url string, logger zerolog.Logger) *issuer {
	client := &http.Client{Timeout: issuerTimeout, Transport: boundedTransport{http.DefaultTransport}}
	return &issuer{url: url, client: client, logger: logger, ctx: ctx}
}

// name returns the issuer's name for clients: the one in its metadata, or the configured
// one until the metadata is known.
func (i *issuer) name() string {
	if known, _ := i.cached(); known != nil {
		return known.name
	}
	return i.url
}

// cached returns the result of the last discovery: the issuer, or an error within
// retryPause. It returns neither if a discovery is needed.
func (i *issuer) cached() (*knownIssuer, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil && time.Now().Before(i.retryAt) {
		return nil, i.failure
	}
	return i.known, nil
}

// discover returns the issuer with its keys. Concurrent calls share one discovery. Its
// error does not mean that a token is invalid.
func (i *issuer) discover(ctx context.Context) (*knownIssuer, error) {
	if known, err := i.cached(); known != nil || err != nil {
		return known, err
	}
	// A canceled call must not cancel the shared discovery.
	discovered := i.discovery.DoChan("", func() (any, error) { return i.runDiscovery() })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-discovered:
		known, _ := result.Val.(*knownIssuer)
		return known, result.Err
	}
}

// runDiscovery reads the issuer's metadata and keys, unless another discovery has just
// ended, and caches the result.
func (i *issuer) runDiscovery() (*knownIssuer, error) {
	if known, err := i.cached(); known != nil || err != nil {
		return known, err
	}
	known, err := i.readMetadataAndKeys()
	i.mu.Lock()
	defer i.mu.Unlock()
	if err != nil {
		i.failure, i.retryAt = fmt.Errorf("issuer %s: %w", i.url, err), time.Now().Add(retryPause)
		i.logger.Error().Err(i.failure).Msg("tokens cannot be checked")
		return nil, i.failure
	}
	i.known = known
	i.logger.Info().Str("issuer", known.name).Msg("the issuer's keys are known")
	if known.name != i.url {
		i.logger.Warn().Str("issuer", known.name).Msg("the issuer's name differs from --oauth-issuer by a trailing slash; set --oauth-issuer to it, since some clients compare them")
	}
	return known, nil
}

// readMetadataAndKeys reads the issuer's metadata and the keys that it refers to.
func (i *issuer) readMetadataAndKeys() (*knownIssuer, error) {
	var failures []error
	for _, address := range wellKnownAddresses(i.url) {
		metadata, err := i.readMetadata(address)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		keys, err := i.readKeys(metadata.KeysURL)
		return &knownIssuer{name: metadata.Issuer, keys: keys}, err
	}
	return nil, errors.Join(failures...)
}

// readKeys reads the keys, and refreshes them until the server ends.
func (i *issuer) readKeys(address string) (keyfunc.Keyfunc, error) {
	ctx, cancel := context.WithCancel(i.ctx)
	continueWithoutKeys := false
	keys, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{address}, keyfunc.Override{
		Client:                    i.client,
		HTTPTimeout:               issuerTimeout,
		NoErrorReturnFirstHTTPReq: &continueWithoutKeys,
		RateLimitWaitMax:          issuerTimeout / 2, // a longer wait fails at once
		RefreshInterval:           refreshInterval,
		RefreshUnknownKID:         rate.NewLimiter(rate.Every(unknownKeyInterval), 1),
		RefreshErrorHandlerFunc: func(string) func(context.Context, error) {
			return func(_ context.Context, err error) {
				i.logger.Warn().Err(err).Msg("the issuer's keys could not be refreshed; the known keys stay valid")
			}
		},
	})
	if err != nil {
		cancel() // NewDefaultOverrideCtx starts the refresh before it fails
		return nil, err
	}
	context.AfterFunc(ctx, cancel)
	return keys, nil
}

// wellKnownAddresses lists the addresses that an issuer's metadata may have: OpenID
// Connect's, and those of RFC 8414, which MCP clients try too.
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

// issuerMetadata is the part of an issuer's metadata that is used.
type issuerMetadata struct {
	Issuer  string `json:"issuer"`
	KeysURL string `json:"jwks_uri"`
}

func (i *issuer) readMetadata(address string) (*issuerMetadata, error) {
	request, err := http.NewRequestWithContext(i.ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := i.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s responds with %s", address, response.Status)
	}
	var metadata issuerMetadata
	if err := json.NewDecoder(response.Body).Decode(&metadata); err != nil {
		return nil, fmt.Errorf("%s: not the metadata of an issuer: %w", address, err)
	}
	switch {
	case strings.TrimSuffix(metadata.Issuer, "/") != strings.TrimSuffix(i.url, "/"):
		// RFC 8414, section 3.3. A trailing slash is tolerated.
		return nil, fmt.Errorf("%s describes the issuer %q", address, metadata.Issuer)
	case !strings.HasPrefix(metadata.KeysURL, "https://") && !strings.HasPrefix(i.url, "http://"):
		return nil, fmt.Errorf("%s has no jwks_uri that begins with https://", address)
	case metadata.KeysURL == "":
		return nil, fmt.Errorf("%s has no jwks_uri", address)
	}
	return &metadata, nil
}

// boundedTransport refuses responses of more than maxIssuerResponse bytes.
type boundedTransport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxIssuerResponse+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxIssuerResponse {
		return nil, fmt.Errorf("the response is longer than %d bytes", maxIssuerResponse)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
