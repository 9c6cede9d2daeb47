package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
)

// guard finds out whom a bearer token belongs to.
type guard interface {
	// admit returns the token's subject. It returns errUnknownToken for a token
	// that is not this guard's to judge.
	admit(ctx context.Context, token string) (subject string, err error)
	name() string // for the log
}

// errUnknownToken is a token that a guard knows nothing of.
var errUnknownToken = errors.New("the token is not known here")

// tokenError is a token that was judged and is not good enough.
type tokenError struct {
	status int
	code   string // of RFC 6750, for clients; empty where the token is not at fault
	text   string
}

func (e *tokenError) Error() string { return e.text }

func invalidToken(format string, args ...any) error {
	return &tokenError{http.StatusUnauthorized, "invalid_token", fmt.Sprintf(format, args...)}
}

// Options make a [Guard].
type Options struct {
	Config    config.HTTP
	Endpoints []string // the paths that it guards
	Logger    zerolog.Logger
}

// Guard lets callers in by their bearer tokens, and everybody where the
// configuration asks for none.
type Guard struct {
	guards   []guard
	metadata *resourceMetadata // nil without an issuer
}

// New returns a guard. What it does in the background ends with ctx.
func New(ctx context.Context, options Options) *Guard {
	cfg := options.Config
	g := &Guard{}
	if len(cfg.AuthTokens) > 0 {
		g.guards = append(g.guards, newTokens(cfg.AuthTokens))
	}
	if cfg.OAuthIssuer != "" {
		g.guards = append(g.guards, newAccessTokens(newIssuer(ctx, cfg.OAuthIssuer, options.Logger), cfg.OAuthAudience, cfg.OAuthScopes))
		g.metadata = &resourceMetadata{issuer: cfg.OAuthIssuer, audience: cfg.OAuthAudience, scopes: cfg.OAuthScopes, endpoints: options.Endpoints}
	}
	return g
}

// Open reports whether nothing is asked of a caller.
func (g *Guard) Open() bool { return len(g.guards) == 0 }

// Identity is whom a token belongs to.
type Identity struct {
	Subject string
	Guard   string // what let the caller in, for the log: token or oauth
}

// Authenticate finds out who makes a request. [Guard.Challenge] answers its error.
func (g *Guard) Authenticate(r *http.Request) (Identity, error) {
	subject, by, err := admit(r, g.guards)
	return Identity{Subject: subject, Guard: by}, err
}

func admit(r *http.Request, guards []guard) (subject, by string, err error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", "", &tokenError{status: http.StatusUnauthorized, text: "a bearer token is needed: send it as Authorization: Bearer TOKEN"}
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " \t") {
		return "", "", &tokenError{http.StatusUnauthorized, "invalid_request", "the Authorization header is not of the form Bearer TOKEN"}
	}
	for _, guard := range guards {
		subject, err := guard.admit(r.Context(), token)
		if errors.Is(err, errUnknownToken) {
			continue
		}
		return subject, guard.name(), err
	}
	return "", "", invalidToken("the token is not one of this server's")
}

// Challenge says why a caller was not let in, in the way of RFC 6750 and RFC 9728
// that leads MCP clients to the issuer: in headers that it sets, and in the status
// and the text that it returns.
func (g *Guard) Challenge(header http.Header, r *http.Request, err error) (status int, text string) {
	var judged *tokenError
	if !errors.As(err, &judged) {
		judged = &tokenError{status: http.StatusServiceUnavailable, text: "the token cannot be checked now: its issuer does not answer; try again in a moment"}
	}
	if judged.status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "5")
		return judged.status, judged.text
	}
	parameters := []string{`realm="langsmith-insights-mcp"`}
	add := func(name, value string) {
		if value != "" {
			parameters = append(parameters, fmt.Sprintf("%s=%q", name, value))
		}
	}
	if judged.code != "" {
		add("error", judged.code)
		add("error_description", judged.text)
	}
	if g.metadata != nil {
		add("scope", strings.Join(g.metadata.scopes, " "))
		add("resource_metadata", g.metadata.address(r))
	}
	header.Set("WWW-Authenticate", "Bearer "+strings.Join(parameters, ", "))
	return judged.status, judged.text
}
