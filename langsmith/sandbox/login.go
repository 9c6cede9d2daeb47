package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// metadataPath is the path of the authorization server's metadata (RFC 8414). The
// issuer's path follows it.
const metadataPath = "/.well-known/oauth-authorization-server"

const (
	loginClient       = "langsmith-cli"
	accessTokenPrefix = "sandbox_access_"
	deviceGrant       = "urn:ietf:params:oauth:grant-type:device_code"
	maxLogins         = 10_000
	tokenLifetime     = time.Hour // of an access token
)

// tokenStore holds the valid tokens.
type tokenStore struct {
	access map[string]time.Time // expiry by access token
	unused map[string]bool      // refresh tokens and device codes, which can be used once
	issued int
}

// newAccessToken issues an access token.
func (s *Sandbox) newAccessToken(now time.Time) string {
	if s.tokens.access == nil {
		s.tokens.access = make(map[string]time.Time)
	}
	for token, end := range s.tokens.access {
		if !now.Before(end) {
			delete(s.tokens.access, token)
		}
	}
	token := accessTokenPrefix + s.newSecret()
	s.tokens.access[token] = now.Add(tokenLifetime)
	return token
}

// newSingleUse issues a secret that can be used once.
func (s *Sandbox) newSingleUse(prefix string) string {
	if s.tokens.unused == nil {
		s.tokens.unused = make(map[string]bool)
	}
	secret := prefix + s.newSecret()
	s.tokens.unused[secret] = true
	return secret
}

func (s *Sandbox) newSecret() string {
	s.tokens.issued++
	return uuid.NewSHA1(DefaultWorkspace(), fmt.Appendf(nil, "%s/token/%d", s.opts.Seed, s.tokens.issued)).String()
}

// readAuthorizationServer returns the metadata of the issuer in the request's path.
func readAuthorizationServer(c *call) (any, error) {
	issuer := c.origin
	if c.http.URL.Path != metadataPath {
		issuer += "/api"
	}
	return map[string]any{
		"issuer":                                issuer,
		"token_endpoint":                        issuer + "/oauth/token",
		"device_authorization_endpoint":         issuer + "/oauth/device/code",
		"grant_types_supported":                 []string{"refresh_token", deviceGrant},
		"token_endpoint_auth_methods_supported": []string{"none"},
	}, nil
}

// startLogin starts a device login, which needs no confirmation here.
func startLogin(c *call) (any, error) {
	if _, err := c.loginForm(); err != nil {
		return nil, err
	}
	if len(c.s.tokens.unused) >= maxLogins {
		return nil, oauthError(http.StatusTooManyRequests, "slow_down")
	}
	return map[string]any{
		"device_code": c.s.newSingleUse("sandbox_device_"), "user_code": "SAND-BOXX",
		"verification_uri": c.origin + "/device", "expires_in": 600, "interval": 1,
	}, nil
}

// issueToken redeems a device code or a refresh token, once.
func issueToken(c *call) (any, error) {
	form, err := c.loginForm()
	if err != nil {
		return nil, err
	}
	var grant, prefix string
	switch form.Get("grant_type") {
	case "refresh_token":
		grant, prefix = form.Get("refresh_token"), "sandbox_refresh_"
	case deviceGrant:
		grant, prefix = form.Get("device_code"), "sandbox_device_"
	default:
		return nil, oauthError(http.StatusBadRequest, "unsupported_grant_type")
	}
	if !c.s.tokens.unused[grant] || !strings.HasPrefix(grant, prefix) {
		return nil, oauthError(http.StatusBadRequest, "invalid_grant")
	}
	delete(c.s.tokens.unused, grant)
	return map[string]any{
		"access_token": c.s.newAccessToken(c.now), "refresh_token": c.s.newSingleUse("sandbox_refresh_"),
		"token_type": "Bearer", "expires_in": int(tokenLifetime.Seconds()),
	}, nil
}

// loginForm reads the form of a request to the login.
func (c *call) loginForm() (url.Values, error) {
	kind, _, _ := strings.Cut(c.http.Header.Get("Content-Type"), ";")
	form, err := url.ParseQuery(string(c.raw))
	if err != nil || strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
		return nil, oauthError(http.StatusBadRequest, "invalid_request")
	}
	if form.Get("client_id") != loginClient {
		return nil, oauthError(http.StatusUnauthorized, "invalid_client")
	}
	return form, nil
}

// oauthError returns an error in the format of RFC 6749.
func oauthError(status int, code string) *apiError {
	return &apiError{status: status, body: map[string]string{"error": code}}
}
