package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
)

// Options configure a [Guard].
type Options struct {
	Config    config.HTTP
	Endpoints []string // the paths that the guard protects
	Logger    zerolog.Logger
}

// Guard checks the bearer tokens of requests.
type Guard struct {
	verifiers []verifier
	metadata  *metadata // nil without an issuer
}

// verifier checks one kind of token.
type verifier interface {
	// verify returns the owner of a token. It returns errUnknownToken for a token
	// of another kind.
	verify(ctx context.Context, token string) (Identity, error)
}

// errUnknownToken is the error of a verifier for a token of another kind.
var errUnknownToken = errors.New("the token is unknown")

// New returns a guard. ctx ends its background refresh of keys.
func New(ctx context.Context, options Options) *Guard {
	cfg := options.Config
	g := &Guard{}
	if len(cfg.AuthTokens) > 0 {
		g.verifiers = append(g.verifiers, newOperatorTokens(cfg.AuthTokens))
	}
	if cfg.OAuthIssuer != "" {
		issuer := newIssuer(ctx, cfg.OAuthIssuer, options.Logger)
		g.verifiers = append(g.verifiers, newAccessTokens(issuer, cfg.OAuthAudience, cfg.OAuthScopes))
		g.metadata = &metadata{issuer: issuer, audience: cfg.OAuthAudience, scopes: cfg.OAuthScopes, endpoints: options.Endpoints}
	}
	return g
}

// Open reports whether callers need no token.
func (g *Guard) Open() bool { return len(g.verifiers) == 0 }

// Identity is the owner of a token.
type Identity struct {
	Subject string

	// For the log: how the token was checked, token or oauth, and the first 64 bits of
	// the SHA-256 of the token, or of an access token's sub, in hexadecimal.
	Method, Fingerprint string
}

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// Authenticate checks the bearer token of a request. [Guard.Challenge] turns its error
// into a response.
func (g *Guard) Authenticate(r *http.Request) (Identity, error) {
	token, err := bearerToken(r.Header)
	if err != nil {
		return Identity{}, err
	}
	for _, verifier := range g.verifiers {
		identity, err := verifier.verify(r.Context(), token)
		if errors.Is(err, errUnknownToken) {
			continue
		}
		return identity, err
	}
	return Identity{}, invalidToken("the token is not one of this server's")
}

// bearerToken reads the Authorization header as RFC 6750 defines it.
func bearerToken(header http.Header) (string, error) {
	values := header.Values("Authorization")
	if len(values) == 0 {
		return "", &rejection{status: http.StatusUnauthorized, text: "a bearer token is required: send it as Authorization: Bearer TOKEN"}
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " \t") {
		return "", &rejection{http.StatusUnauthorized, "invalid_request", "the Authorization header does not have the form Bearer TOKEN"}
	}
	return token, nil
}
