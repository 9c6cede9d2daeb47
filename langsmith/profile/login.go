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

// Login signs requests with the tokens of "langsmith auth login". It implements
// [langsmith.Login] and is safe for concurrent use.
type Login struct {
	// UserAgent is sent with each renewal. Set it before the first [Login.Token].
	UserAgent string

	path, name string
	apiURL     string // the API that the tokens are for
	http       *http.Client
	renewals   singleflight.Group

	mu      sync.Mutex
	current func() OAuth // a function, since fmt would print the secrets of a field
}

// NewLogin returns the login of a profile, or nil if the profile has no tokens.
// transport sends the renewals; nil for http.DefaultTransport.
func NewLogin(p *Profile, transport http.RoundTripper) *Login {
	if !p.OAuth.isSet() {
		return nil
	}
	if transport == nil {
		transport = http.DefaultTransport
	}
	l := &Login{UserAgent: "langsmith-insights-mcp", path: p.Path, name: p.Name, apiURL: p.APIURL}
	l.http = &http.Client{
		Transport: &userAgentTransport{transport, l},
		// A redirect would send the refresh token to another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	l.setTokens(p.OAuth)
	return l
}

// userAgentTransport sets the login's User-Agent, which package oauth2 has no option for.
type userAgentTransport struct {
	next  http.RoundTripper
	login *Login
}

// RoundTrip implements http.RoundTripper.
func (t *userAgentTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", t.login.UserAgent)
	return t.next.RoundTrip(request)
}

func (l *Login) setTokens(tokens OAuth) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = func() OAuth { return tokens }
}

func (l *Login) tokens() OAuth {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current()
}

// ID implements [langsmith.Login].
func (l *Login) ID() string { return "login\x00" + l.path + "\x00" + l.name }

// ExpiresAt returns when the access token expires; zero if unknown.
func (l *Login) ExpiresAt() time.Time { return l.tokens().ExpiresAt }

// Token returns the access token. It renews a token that expires within a minute, once
// for all concurrent calls. A canceled call does not cancel the renewal.
func (l *Login) Token(ctx context.Context) (langsmith.Secret, error) {
	tokens := l.tokens()
	if !tokens.isDue(time.Now()) {
		if !tokens.isUsable(time.Now()) {
			return "", l.expiredError(errors.New("it cannot be renewed, since the profile has no refresh token"))
		}
		return tokens.AccessToken, nil
	}
	done := l.renewals.DoChan("", func() (any, error) {
		renewCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		return nil, l.renew(renewCtx)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case result := <-done:
		if tokens = l.tokens(); tokens.isUsable(time.Now()) {
			return tokens.AccessToken, nil // the next call retries a failed renewal
		}
		if result.Err == nil {
			result.Err = errors.New("the profile has no valid token")
		}
		return "", l.expiredError(result.Err)
	}
}

func (l *Login) expiredError(cause error) error {
	return fmt.Errorf("the LangSmith login of profile %q in %s has expired: %w. Sign in again: langsmith auth login", l.name, l.path, cause)
}

// KeyFromEnv returns the API key in the environment variable that the profile names, or
// an error that names the variable.
func (p *Profile) KeyFromEnv(getenv func(string) string) (langsmith.Secret, error) {
	key := trim(getenv(p.APIKeyEnv))
	if key == "" {
		return "", fmt.Errorf("profile %q in %s reads its API key from the variable %s, which is not set", p.Name, p.Path, p.APIKeyEnv)
	}
	return langsmith.Secret(key), nil
}
