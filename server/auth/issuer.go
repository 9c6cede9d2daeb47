package auth

import (
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
	"github.com/golang-jwt/jwt/v5"
	"github.com/rs/zerolog"
	"golang.org/x/time/rate"
)

const (
	// issuerTimeout bounds one request to the issuer.
	issuerTimeout = 10 * time.Second

	// issuerPause is how long an issuer that did not answer is left alone.
	issuerPause = 5 * time.Second

	// keysEvery is how often an issuer's keys are read again, so that a key that
	// was withdrawn is not trusted for long.
	keysEvery = 15 * time.Minute

	// unknownKeyEvery is how often a token of an unknown key may have them read
	// at once. Whoever makes up tokens cannot use this server against the issuer.
	unknownKeyEvery = 10 * time.Second

	// largestIssuerAnswer bounds the issuer's description of itself, in bytes.
	largestIssuerAnswer = 1 << 20
)

// issuer knows the keys of one OAuth 2.1 issuer. It asks for them when the
// first token comes, and again while the issuer does not answer.
type issuer struct {
	url    string
	client *http.Client
	logger zerolog.Logger
	ctx    context.Context // ends the reading of keys

	mu    sync.Mutex // held while discovering, so that it is done once
	keys  keyfunc.Keyfunc
	tried time.Time
	err   error
}

func newIssuer(ctx context.Context, url string, logger zerolog.Logger) *issuer {
	return &issuer{url: url, client: &http.Client{Timeout: issuerTimeout}, logger: logger, ctx: ctx}
}

// key returns how a token's key is found. An error is not the token's fault.
func (i *issuer) key(ctx context.Context) (jwt.Keyfunc, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.keys != nil {
		return i.keys.KeyfuncCtx(ctx), nil
	}
	if time.Since(i.tried) < issuerPause {
		return nil, i.err
	}
	// On the server's own context: the caller's end must not fail the others.
	if i.keys, i.err = i.discover(i.ctx); i.err != nil {
		i.tried = time.Now()
		i.err = fmt.Errorf("issuer %s: %w", i.url, i.err)
		i.logger.Error().Err(i.err).Msg("tokens cannot be checked")
		return nil, i.err
	}
	i.logger.Info().Str("issuer", i.url).Msg("the issuer's keys are known")
	return i.keys.KeyfuncCtx(ctx), nil
}

// discover reads where the issuer's keys are, and the keys.
func (i *issuer) discover(ctx context.Context) (keyfunc.Keyfunc, error) {
	var failed []error
	for _, address := range wellKnown(i.url) {
		described, err := i.describe(ctx, address)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		return i.readKeys(ctx, described.KeysURL)
	}
	return nil, errors.Join(failed...)
}

// readKeys reads the keys now, and again from time to time until ctx is done.
func (i *issuer) readKeys(ctx context.Context, address string) (keyfunc.Keyfunc, error) {
	ctx, cancel := context.WithCancel(ctx)
	goOnWithoutKeys := false
	keys, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{address}, keyfunc.Override{
		Client:                    i.client,
		HTTPTimeout:               issuerTimeout,
		NoErrorReturnFirstHTTPReq: &goOnWithoutKeys,
		RateLimitWaitMax:          issuerTimeout / 2, // and no wait at all where the turn is further off
		RefreshInterval:           keysEvery,
		RefreshUnknownKID:         rate.NewLimiter(rate.Every(unknownKeyEvery), 1),
		RefreshErrorHandlerFunc: func(string) func(context.Context, error) {
			return func(_ context.Context, err error) {
				i.logger.Warn().Err(err).Msg("the issuer's keys could not be read again; those known still count")
			}
		},
	})
	if err != nil {
		cancel() // the reading from time to time has begun nevertheless
		return nil, err
	}
	context.AfterFunc(ctx, cancel) // they end together
	return keys, nil
}

// wellKnown lists where an issuer may describe itself: OpenID Connect's place,
// and those of RFC 8414, which MCP clients try too.
func wellKnown(issuer string) []string {
	trimmed := strings.TrimSuffix(issuer, "/")
	places := []string{trimmed + "/.well-known/openid-configuration"}
	u, err := url.Parse(trimmed)
	if err != nil {
		return places
	}
	root := u.Scheme + "://" + u.Host
	places = append(places, root+"/.well-known/oauth-authorization-server"+u.Path)
	if u.Path != "" {
		places = append(places, root+"/.well-known/openid-configuration"+u.Path)
	}
	return places
}

// description is what is needed of an issuer's metadata.
type description struct {
	Issuer  string `json:"issuer"`
	KeysURL string `json:"jwks_uri"`
}

func (i *issuer) describe(ctx context.Context, address string) (*description, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
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
	if err := json.NewDecoder(io.LimitReader(answer.Body, largestIssuerAnswer)).Decode(&described); err != nil {
		return nil, fmt.Errorf("%s: not the metadata of an issuer: %w", address, err)
	}
	switch {
	case described.Issuer != i.url:
		// RFC 8414 demands it: another issuer's metadata must not be believed.
		return nil, fmt.Errorf("%s describes the issuer %q", address, described.Issuer)
	case !strings.HasPrefix(described.KeysURL, "https://") && !strings.HasPrefix(i.url, "http://"):
		return nil, fmt.Errorf("%s names no jwks_uri that begins with https://", address)
	case described.KeysURL == "":
		return nil, fmt.Errorf("%s names no jwks_uri", address)
	}
	return &described, nil
}
