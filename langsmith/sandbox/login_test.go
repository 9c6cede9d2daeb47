package sandbox_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// form posts a form.
func (a api) form(path string, fields url.Values) reply {
	a.t.Helper()
	return a.with("X-Api-Key", "").with("Content-Type", "application/x-www-form-urlencoded").call("POST", path, fields.Encode())
}

func refresh(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {"langsmith-cli"}, "refresh_token": {token}}
}

func TestRefreshTokensAreSingleUse(t *testing.T) {
	t.Parallel()
	now := start
	a := newAPI(t, sandbox.Options{Now: func() time.Time { return now }, Keys: []string{"key"}, TokenLifetime: 10 * time.Minute})
	login := a.s.Login()
	if !login.ExpiresAt.Equal(start.Add(10 * time.Minute)) {
		t.Errorf("expires at %v", login.ExpiresAt)
	}
	use := func(token string) reply {
		return a.with("X-Api-Key", "").with("Authorization", "Bearer "+token).in(sandbox.DefaultWorkspace()).call("GET", "/sessions", nil)
	}
	use(login.AccessToken).ok()
	next := a.form("/oauth/token", refresh(login.RefreshToken)).ok()
	if next.at("expires_in") != 600.0 || next.text("token_type") != "Bearer" || next.text("refresh_token") == login.RefreshToken {
		t.Errorf("the renewed login is %s", next.raw)
	}
	use(next.text("access_token")).ok()
	use(login.AccessToken).ok()
	a.form("/oauth/token", refresh(login.RefreshToken)).refused(400, `"invalid_grant"`)
	a.form("/oauth/token", refresh(next.text("access_token"))).refused(400, `"invalid_grant"`)
	a.form("/api/oauth/token", refresh(next.text("refresh_token"))).ok()

	now = now.Add(10 * time.Minute)
	use(next.text("access_token")).refused(401, "expired")
	use("sandbox_access_"+uuid.NewString()).refused(401, "expired")
	use("anything").refused(403, "Forbidden")
}

func TestDeviceLogin(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	device := a.form("/oauth/device/code", url.Values{"client_id": {"langsmith-cli"}}).ok().text("device_code")
	redeem := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"langsmith-cli"}, "device_code": {device}}
	tokens := a.form("/oauth/token", redeem).ok()
	a.form("/oauth/token", redeem).refused(400, `"invalid_grant"`)
	a.form("/oauth/token", refresh(tokens.text("refresh_token"))).ok()

	a.form("/oauth/device/code", url.Values{"client_id": {"another"}}).refused(401, `"invalid_client"`)
	a.form("/oauth/token", url.Values{"client_id": {"langsmith-cli"}, "grant_type": {"password"}}).refused(400, `"unsupported_grant_type"`)
	a.form("/oauth/token", url.Values{"grant_type": {"refresh_token"}}).refused(401, `"invalid_client"`)
	a.call("POST", "/oauth/token", obj{"grant_type": "refresh_token"}).refused(400, `"invalid_request"`)
}

// The issuer is the one in the well-known path of the request.
func TestAuthorizationServerMetadata(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{}).with("X-Api-Key", "")
	for path, issuer := range map[string]string{
		"/.well-known/oauth-authorization-server":     "http://sandbox",
		"/.well-known/oauth-authorization-server/api": "http://sandbox/api",
		"/api/.well-known/oauth-authorization-server": "http://sandbox/api",
	} {
		r := a.get(path)
		if r.text("issuer") != issuer || r.text("token_endpoint") != issuer+"/oauth/token" || r.text("device_authorization_endpoint") != issuer+"/oauth/device/code" {
			t.Errorf("%s: %s", path, r.raw)
		}
	}
}
