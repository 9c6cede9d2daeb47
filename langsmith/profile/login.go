package profile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"langsmith-insights-mcp/langsmith"
)

// Login signs requests with the tokens of somebody who has signed in with
// "langsmith auth login". It implements [langsmith.Login] and is safe for
// concurrent use.
type Login struct {
	// UserAgent is sent with each renewal. Set it before the first [Login.Token].
	UserAgent string

	path, name string
	apiURL     string // for which the tokens are
	http       *http.Client
	flight     singleflight.Group

	mu      sync.Mutex
	current func() OAuth // no field: fmt finds its way to those
}

// NewLogin returns the login of a profile, or nil where nobody has signed in.
// transport carries the renewals; nil for the default.
func NewLogin(p *Profile, transport http.RoundTripper) *Login {
	if !p.OAuth.isSet() {
		return nil
	}
	if transport == nil {
		transport = http.DefaultTransport
	}
	l := &Login{UserAgent: "langsmith-insights-mcp", path: p.Path, name: p.Name, apiURL: p.APIURL}
	l.http = &http.Client{
		Transport: &agent{transport, l},
		// A redirect would carry the refresh token to another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	l.keep(p.OAuth)
	return l
}

// agent sends the login's User-Agent, which package oauth2 cannot.
type agent struct {
	next  http.RoundTripper
	login *Login
}

// RoundTrip implements http.RoundTripper.
func (a *agent) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", a.login.UserAgent)
	return a.next.RoundTrip(request)
}

func (l *Login) keep(tokens OAuth) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = func() OAuth { return tokens }
}

func (l *Login) tokens() OAuth {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current()
}

// ID names the login: it stays the same when its tokens are renewed.
func (l *Login) ID() string { return "login\x00" + l.path + "\x00" + l.name }

// ExpiresAt is the end of the access token, zero where the profile does not say.
func (l *Login) ExpiresAt() time.Time { return l.tokens().ExpiresAt }

// Token returns the access token, renewed where it ends within a minute. However
// many calls need it, it is renewed once; a caller who leaves ends nothing.
func (l *Login) Token(ctx context.Context) (langsmith.Secret, error) {
	tokens := l.tokens()
	if !tokens.isDue(time.Now()) {
		if !tokens.isUsable(time.Now()) {
			return "", l.ended(errors.New("it cannot be renewed, as the profile holds no refresh token"))
		}
		return tokens.AccessToken, nil
	}
	done := l.flight.DoChan("", func() (any, error) {
		renewing, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		return nil, l.renew(renewing)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case result := <-done:
		if tokens = l.tokens(); tokens.isUsable(time.Now()) {
			return tokens.AccessToken, nil // an unsuccessful renewal is tried again until the token ends
		}
		if result.Err == nil {
			result.Err = errors.New("the profile holds no token that is still valid")
		}
		return "", l.ended(result.Err)
	}
}

// ended is the error of a login whose token is over.
func (l *Login) ended(cause error) error {
	return fmt.Errorf("the LangSmith login of profile %q in %s has ended: %w. Sign in again: langsmith auth login", l.name, l.path, cause)
}

// KeyFromEnv returns the API key that a profile takes from an environment
// variable, or an error that names the variable.
func (p *Profile) KeyFromEnv(getenv func(string) string) (langsmith.Secret, error) {
	key := trim(getenv(p.APIKeyEnv))
	if key == "" {
		return "", fmt.Errorf("profile %q in %s reads its API key from the variable %s, which is not set", p.Name, p.Path, p.APIKeyEnv)
	}
	return langsmith.Secret(key), nil
}
