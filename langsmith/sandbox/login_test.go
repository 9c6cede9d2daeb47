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

// redeem starts a device login and returns the form that redeems its code.
func redeem(a api) url.Values {
	device := a.form("/oauth/device/code", url.Values{"client_id": {"langsmith-cli"}}).ok().text("device_code")
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"langsmith-cli"}, "device_code": {device}}
}

func TestRefreshTokensAreSingleUse(t *testing.T) {
	t.Parallel()
	now := start
	a := newAPI(t, sandbox.Options{Now: func() time.Time { return now }, Keys: []string{"key"}})
	login := a.form("/oauth/token", redeem(a)).ok()
	use := func(token string) reply {
		return a.with("X-Api-Key", "").with("Authorization", "Bearer "+token).in(sandbox.DefaultWorkspace()).call("GET", "/sessions", nil)
	}
	use(login.text("access_token")).ok()
	next := a.form("/oauth/token", refresh(login.text("refresh_token"))).ok()
	if next.at("expires_in") != 3600.0 || next.text("token_type") != "Bearer" || next.text("refresh_token") == login.text("refresh_token") {
		t.Errorf("the renewed login is %s", next.raw)
	}
	use(next.text("access_token")).ok()
	use(login.text("access_token")).ok()
	a.form("/oauth/token", refresh(login.text("refresh_token"))).refused(400, `"invalid_grant"`)
	a.form("/oauth/token", refresh(next.text("access_token"))).refused(400, `"invalid_grant"`)
	a.form("/api/oauth/token", refresh(next.text("refresh_token"))).ok()

	now = now.Add(time.Hour)
	use(next.text("access_token")).refused(401, "expired")
	use("sandbox_access_"+uuid.NewString()).refused(401, "expired")
	use("anything").refused(403, "Forbidden")
}

func TestDeviceLogin(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	code := redeem(a)
	tokens := a.form("/oauth/token", code).ok()
	a.form("/oauth/token", code).refused(400, `"invalid_grant"`)
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
