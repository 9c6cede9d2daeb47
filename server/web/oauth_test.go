package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
)

const audience = "https://mcp.example.com/mcp"

// issuer is an authorization server that issues tokens. e2e/oauth tests with a certified
// implementation.
type issuer struct {
	*httptest.Server
	down     atomic.Bool
	asked    atomic.Int32 // requests for keys
	discover string       // the path of its metadata
	slash    string       // the end of its name

	mu   sync.Mutex
	keys map[string]*ecdsa.PrivateKey
}

func startIssuer(t testing.TB, discover string) *issuer {
	i := &issuer{discover: discover, keys: map[string]*ecdsa.PrivateKey{}}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	i.rotate(t, "first")
	return i
}

func (i *issuer) rotate(t testing.TB, id string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys[id] = key
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case i.down.Load():
		w.WriteHeader(http.StatusBadGateway)
	case r.URL.Path == i.discover:
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL + i.slash, "jwks_uri": i.URL + "/keys"})
	case r.URL.Path == "/keys":
		i.asked.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		var keys []map[string]string
		for id, key := range i.keys {
			point, err := key.PublicKey.Bytes()
			if err != nil {
				panic(err)
			}
			keys = append(keys, map[string]string{
				"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
				"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]),
			})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	default:
		http.NotFound(w, r)
	}
}

// token returns a token with changed claims, valid without changes; nil removes a claim.
func (i *issuer) token(t testing.TB, key string, change jwt.MapClaims) string {
	t.Helper()
	return i.tokenWithHeader(t, key, nil, change)
}

// tokenWithHeader returns a token with a changed header too; nil removes a parameter.
func (i *issuer) tokenWithHeader(t testing.TB, key string, header map[string]any, change jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{
		"iss": i.URL + i.slash, "aud": audience, "sub": "SECRET-subject", "client_id": "agent",
		"scope": "openid insights", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
	}
	for name, value := range change {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	made := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	made.Header["kid"] = key
	for name, value := range header {
		if made.Header[name] = value; value == nil {
			delete(made.Header, name)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	signed, err := made.SignedString(i.keys[key])
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (i *issuer) config(c *config.Config) {
	c.HTTP.OAuthIssuer, c.HTTP.OAuthAudience, c.HTTP.OAuthScopes = i.URL, audience, []string{"insights"}
}

func bearer(token string) headers { return headers{"Authorization": "Bearer " + token} }

const (
	oidcPlace  = "/.well-known/openid-configuration"
	oauthPlace = "/.well-known/oauth-authorization-server"
)

// With a refused token no request is sent to LangSmith. With a valid one it is.
func TestIssuerTokens(t *testing.T) {
	i, otherIssuer := startIssuer(t, oidcPlace), startIssuer(t, oidcPlace)
	f := start(t, options{config: i.config})
	soon, past := time.Now().Add(time.Hour).Unix(), time.Now().Add(-2*time.Second).Unix()

	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": i.URL, "aud": audience, "sub": "x", "exp": soon, "scope": "insights"}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": i.URL, "aud": audience, "sub": "x", "exp": soon, "scope": "insights"}).SignedString([]byte("SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	good := i.token(t, "first", nil)
	list, ofList := stateless(1, "tools/call", args{"name": "list_projects", "arguments": args{}})
	for name, c := range map[string]struct {
		token  string
		status int
		says   string
	}{
		"a good token":                {good, 200, ""},
		"one of several audiences":    {i.token(t, "first", jwt.MapClaims{"aud": []string{"other", audience}}), 200, ""},
		"scopes as a list":            {i.token(t, "first", jwt.MapClaims{"scope": nil, "scp": []string{"insights"}}), 200, ""},
		"a clock that is a bit ahead": {i.token(t, "first", jwt.MapClaims{"nbf": time.Now().Add(10 * time.Second).Unix()}), 200, ""},
		"an expired one":              {i.token(t, "first", jwt.MapClaims{"exp": past}), 401, "the token has expired"},
		"one without an end":          {i.token(t, "first", jwt.MapClaims{"exp": nil}), 401, "lacks an expiry"},
		"one for later":               {i.token(t, "first", jwt.MapClaims{"nbf": soon}), 401, "not valid yet"},
		"another audience":            {i.token(t, "first", jwt.MapClaims{"aud": "https://other.example.com"}), 401, "another audience"},
		"no audience":                 {i.token(t, "first", jwt.MapClaims{"aud": nil}), 401, "lacks an expiry, an issuer or an audience"},
		"another issuer":              {i.token(t, "first", jwt.MapClaims{"iss": otherIssuer.URL}), 401, "another issuer"},
		"nobody":                      {i.token(t, "first", jwt.MapClaims{"sub": nil, "client_id": nil}), 401, "names no subject"},
		"another issuer's key":        {otherIssuer.token(t, "first", jwt.MapClaims{"iss": i.URL}), 401, "signature"},
		"no signature":                {unsigned, 401, "signature"},
		"a shared secret":             {shared, 401, "signature"},
		"a token cut short":           {good[:len(good)-10], 401, "signature"},
		"a token that was changed":    {strings.Replace(good, ".", ".e30", 1), 401, "well-formed"},
		"no JWT":                      {"SECRET-something", 401, "not one of this server's"},
		"no scope":                    {i.token(t, "first", jwt.MapClaims{"scope": nil}), 403, "lacks the scope insights"},
		"another scope":               {i.token(t, "first", jwt.MapClaims{"scope": "insights2 openid"}), 403, "lacks the scope insights"},

		"a typed access token":              {i.tokenWithHeader(t, "first", tokenOfType("at+jwt"), nil), 200, ""},
		"an access token by its media type": {i.tokenWithHeader(t, "first", tokenOfType("application/AT+JWT"), nil), 200, ""},
		"a typed one with a nonce":          {i.tokenWithHeader(t, "first", tokenOfType("at+jwt"), jwt.MapClaims{"nonce": "n"}), 200, ""},
		"no type":                           {i.tokenWithHeader(t, "first", tokenOfType(nil), nil), 200, ""},
		"a logout token":                    {i.tokenWithHeader(t, "first", tokenOfType("logout+jwt"), nil), 401, "not an access token"},
		"a type that is no text":            {i.tokenWithHeader(t, "first", tokenOfType(7), nil), 401, "not an access token"},
		"an ID token":                       {i.token(t, "first", jwt.MapClaims{"at_hash": "h", "azp": "agent"}), 401, "not an access token"},
		"an ID token of a login":            {i.token(t, "first", jwt.MapClaims{"nonce": "n"}), 401, "not an access token"},
		"an ID token of a hybrid flow":      {i.token(t, "first", jwt.MapClaims{"c_hash": "h"}), 401, "not an access token"},
		"an ID token without a mark":        {i.token(t, "first", jwt.MapClaims{"scope": nil, "client_id": nil, "azp": "agent"}), 401, "not an access token"},
		"an ID token of Keycloak":           {i.token(t, "first", jwt.MapClaims{"typ": "ID"}), 401, "not an access token"},
		"an ID token of Cognito":            {i.token(t, "first", jwt.MapClaims{"token_use": "id"}), 401, "not an access token"},
		"an ID token without a type":        {i.tokenWithHeader(t, "first", tokenOfType(nil), jwt.MapClaims{"at_hash": "h"}), 401, "not an access token"},
		"an unknown extension":              {i.tokenWithHeader(t, "first", map[string]any{"crit": []string{"exp"}, "exp": soon}, nil), 401, "crit"},
		"an extension that is not there":    {i.tokenWithHeader(t, "first", map[string]any{"crit": []string{}}, nil), 401, "crit"},

		"the audience with a slash":    {i.token(t, "first", jwt.MapClaims{"aud": audience + "/"}), 401, "another audience"},
		"the issuer with a slash":      {i.token(t, "first", jwt.MapClaims{"iss": i.URL + "/"}), 401, "another issuer"},
		"no issuer":                    {i.token(t, "first", jwt.MapClaims{"iss": nil}), 401, "lacks an expiry, an issuer or an audience"},
		"a scope of an unlikely shape": {i.token(t, "first", jwt.MapClaims{"scope": 7}), 401, "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			f.sandbox.ResetRequests()
			got := f.post("/mcp", ofList.with(bearer(c.token)), list)
			if got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Fatalf("got %d %s, want %d and %q", got.status, got.body, c.status, c.says)
			}
			if sent, admitted := f.upstream(), c.status == http.StatusOK; (len(sent) > 0) != admitted {
				t.Errorf("admitted %t, and %d requests were sent to LangSmith: %v", admitted, len(sent), sent)
			}
			challenge := got.header.Get("WWW-Authenticate")
			want := map[int]string{200: "", 401: `error="invalid_token"`, 403: `error="insufficient_scope"`}[c.status]
			if !strings.Contains(challenge, want) || c.status != 200 && (!strings.Contains(challenge, `scope="insights"`) || !strings.Contains(challenge, `resource_metadata="http://`+f.address+`/.well-known/oauth-protected-resource/mcp"`)) {
				t.Errorf("WWW-Authenticate: %s", challenge)
			}
		})
	}
	if asked := i.asked.Load(); asked > 3 {
		t.Errorf("the issuer got %d requests for its keys", asked)
	}
}

func tokenOfType(kind any) map[string]any { return map[string]any{"typ": kind} }

// An address without a path is the same audience with and without a trailing slash.
func TestAudienceTrailingSlash(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	for _, c := range []struct {
		configured, sent string
		status           int
	}{
		{"https://mcp.example.com", "https://mcp.example.com/", 200},
		{"https://mcp.example.com/", "https://mcp.example.com", 200},
		{"https://mcp.example.com/", "https://mcp.example.com/", 200},
		{"https://mcp.example.com", "https://mcp.example.com//", 401},
		{"https://mcp.example.com", "https://mcp.example.com/mcp", 401},
		{"https://mcp.example.com/mcp", "https://mcp.example.com/mcp/", 401},
		{"https://mcp.example.com/mcp/", "https://mcp.example.com/mcp", 401},
		{"insights", "insights/", 401},
	} {
		f := start(t, options{config: func(config *config.Config) {
			i.config(config)
			config.HTTP.OAuthAudience = c.configured
		}})
		got := f.post("/mcp", bearer(i.token(t, "first", jwt.MapClaims{"aud": c.sent})), initialize("2025-11-25", args{}))
		if got.status != c.status {
			t.Errorf("a token for %s at %s: %d %s", c.sent, c.configured, got.status, got.body)
		}
	}
}

// An issuer whose name differs from the configured one by a trailing slash is used with its
// own name, and the log has a warning.
func TestIssuerTrailingSlash(t *testing.T) {
	for _, own := range []string{"", "/"} {
		for _, configured := range []string{"", "/"} {
			i := startIssuer(t, oidcPlace)
			i.slash = own
			f := start(t, options{config: func(c *config.Config) {
				i.config(c)
				c.HTTP.OAuthIssuer = i.URL + configured
			}})
			if got := f.post("/mcp", bearer(i.token(t, "first", nil)), initialize("2025-11-25", args{})); got.status != http.StatusOK {
				t.Errorf("%q configured as %q: %d %s", own, configured, got.status, got.body)
			}
			other := jwt.MapClaims{"iss": i.URL + strings.Trim("/", own)}
			if got := f.post("/mcp", bearer(i.token(t, "first", other)), initialize("2025-11-25", args{})); got.status != http.StatusUnauthorized {
				t.Errorf("a token of another name than %q: %d %s", own, got.status, got.body)
			}
			if warned := strings.Contains(f.log.String(), "differs from --oauth-issuer"); warned != (own != configured) {
				t.Errorf("%q configured as %q: warning %t", own, configured, warned)
			}
			metadata := f.do(f.request(http.MethodGet, "/.well-known/oauth-protected-resource/mcp", nil, ""))
			if !strings.Contains(metadata.body, `"authorization_servers":["`+i.URL+own+`"]`) {
				t.Errorf("%q configured as %q: the metadata is %s", own, configured, metadata.body)
			}
		}
	}
}

// Clients find the issuer from a 401.
func TestProtectedResourceMetadata(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	f := start(t, options{config: i.config})
	got := f.post("/mcp", nil, initialize("2025-11-25", args{}))
	challenge := got.header.Get("WWW-Authenticate")
	if got.status != http.StatusUnauthorized || strings.Contains(challenge, "error=") {
		t.Errorf("without a token: %d %s", got.status, challenge)
	}
	_, rest, _ := strings.Cut(challenge, `resource_metadata="http://`+f.address)
	path, _, _ := strings.Cut(rest, `"`)
	for _, path := range []string{path, "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/sse"} {
		got := f.do(f.request(http.MethodGet, path, headers{"Origin": "https://any.example.com"}, ""))
		var metadata struct {
			Resource string   `json:"resource"`
			Servers  []string `json:"authorization_servers"`
			Scopes   []string `json:"scopes_supported"`
			Methods  []string `json:"bearer_methods_supported"`
		}
		if err := json.Unmarshal([]byte(got.body), &metadata); err != nil {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		if metadata.Resource != audience || len(metadata.Servers) != 1 || metadata.Servers[0] != i.URL || metadata.Scopes[0] != "insights" || metadata.Methods[0] != "header" {
			t.Errorf("%s: %s", path, got.body)
		}
		if got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: pages cannot read it", path)
		}
	}
}

// The metadata has the address that RFC 9728 derives from the audience, and the challenge
// names it.
func TestMetadataPathOfAudience(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	for audience, path := range map[string]string{
		"https://mcp.example.com":               "",
		"https://mcp.example.com/":              "",
		"https://mcp.example.com/insights/mcp":  "/insights/mcp",
		"https://mcp.example.com/insights/mcp/": "/insights/mcp/",
		"https://mcp.example.com/{team}/a%20b":  "/%7Bteam%7D/a%20b",
		"insights-server":                       "/mcp",
	} {
		f := start(t, options{config: func(c *config.Config) {
			i.config(c)
			c.HTTP.OAuthAudience = audience
		}})
		behindProxy := headers{"X-Forwarded-Proto": "https, http"}
		challenge := f.post("/mcp", behindProxy, initialize("2025-11-25", args{})).header.Get("WWW-Authenticate")
		path = "/.well-known/oauth-protected-resource" + path
		if !strings.Contains(challenge, `resource_metadata="https://`+f.address+path+`"`) {
			t.Errorf("%s: %s", audience, challenge)
		}
		got := f.do(f.request(http.MethodGet, path, nil, ""))
		if resource := `"resource":"` + audience; strings.HasPrefix(audience, "https:") && !strings.Contains(got.body, resource) || got.status != http.StatusOK {
			t.Errorf("%s: %d %s", audience, got.status, got.body)
		}
		if got := f.do(f.request(http.MethodGet, "/.well-known/oauth-protected-resource/other", nil, "")); got.status != http.StatusNotFound {
			t.Errorf("%s: another path's metadata: %d %s", audience, got.status, got.body)
		}
	}
}

// The preflight of the metadata allows the same headers as that of /mcp.
func TestMetadataPreflight(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	f := start(t, options{config: i.config})
	ask := headers{"Origin": "http://localhost:6274", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "mcp-protocol-version"}
	want := f.do(f.request(http.MethodOptions, "/mcp", ask, ""))
	for _, path := range []string{"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"} {
		got := f.do(f.request(http.MethodOptions, path, ask, ""))
		for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"} {
			if got.status != http.StatusNoContent || got.header.Get(name) != want.header.Get(name) || got.header.Get(name) == "" {
				t.Errorf("%s: %d, %s: %q, not %q", path, got.status, name, got.header.Get(name), want.header.Get(name))
			}
		}
	}
}

// If the audience is not a URL, the resource is the request's address.
func TestMetadataWithoutURLAudience(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	f := start(t, options{config: func(c *config.Config) {
		i.config(c)
		c.HTTP.OAuthAudience = "insights-server"
	}})
	got := f.do(f.request(http.MethodGet, "/.well-known/oauth-protected-resource/mcp", headers{"X-Forwarded-Proto": "https", "Host": "mcp.example.com"}, ""))
	if !strings.Contains(got.body, `"resource":"https://mcp.example.com/mcp"`) {
		t.Errorf("got %s", got.body)
	}
}

// While the issuer is unavailable, only calls with its tokens fail.
func TestIssuerUnavailableAtStart(t *testing.T) {
	i := startIssuer(t, oauthPlace) // its metadata has the path of RFC 8414
	i.down.Store(true)
	f := start(t, options{config: func(c *config.Config) {
		i.config(c)
		c.HTTP.AuthTokens = []langsmith.Secret{tokenA}
	}})
	got := f.post("/mcp", bearer(i.token(t, "first", nil)), initialize("2025-11-25", args{}))
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("while the issuer is down: %d %s", got.status, got.body)
	}
	if got := f.post("/mcp", bearer(tokenA), initialize("2025-11-25", args{})); got.status != http.StatusOK {
		t.Errorf("with a token of the operator's: %d %s", got.status, got.body)
	}
	if got := f.do(f.request(http.MethodGet, "/readyz", nil, "")); got.status != http.StatusOK {
		t.Errorf("readyz: %d", got.status)
	}
}

// A new key of the issuer is looked up. Forged keys do not each cause a request.
func TestRotatedKeys(t *testing.T) {
	i := startIssuer(t, oauthPlace)
	f := start(t, options{config: i.config})
	if got := f.post("/mcp", bearer(i.token(t, "first", nil)), initialize("2025-11-25", args{})); got.status != http.StatusOK {
		t.Fatalf("the first key: %d %s", got.status, got.body)
	}
	i.rotate(t, "second")
	if got := f.post("/mcp", bearer(i.token(t, "second", nil)), initialize("2025-11-25", args{})); got.status != http.StatusOK {
		t.Errorf("the second key: %d %s", got.status, got.body)
	}
	made := startIssuer(t, oidcPlace)
	made.rotate(t, "made-up")
	before := i.asked.Load()
	for range 20 {
		if got := f.post("/mcp", bearer(made.token(t, "made-up", jwt.MapClaims{"iss": i.URL})), initialize("2025-11-25", args{})); got.status != http.StatusUnauthorized {
			t.Fatalf("a forged key: %d %s", got.status, got.body)
		}
	}
	if asked := i.asked.Load() - before; asked > 1 {
		t.Errorf("forged keys caused %d requests", asked)
	}
}

// A session belongs to the subject, because tokens are renewed.
func TestSessionOutlivesToken(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	f := start(t, options{config: i.config})
	session := f.open(bearer(i.token(t, "first", nil)))
	renewed := session.with(bearer(i.token(t, "first", jwt.MapClaims{"jti": "another"})))
	if got := f.post("/mcp", renewed, rpc(2, "tools/list", args{})); got.status != http.StatusOK {
		t.Errorf("with a renewed token: %d %s", got.status, got.body)
	}
	other := session.with(bearer(i.token(t, "first", jwt.MapClaims{"sub": "SECRET-other"})))
	if got := f.post("/mcp", other, rpc(2, "tools/list", args{})); got.status != http.StatusNotFound {
		t.Errorf("another subject: %d %s", got.status, got.body)
	}
}
