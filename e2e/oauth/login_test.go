package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// startProgram starts the http command and returns its address.
func startProgram(t *testing.T, address string, args ...string) {
	t.Helper()
	path := os.Getenv("PROGRAM")
	if path == "" {
		t.Fatal("PROGRAM is not set; use the script run")
	}
	cmd := exec.Command(path, append([]string{"http", "--sandbox", "--log-level", "disabled", "--addr", address}, args...)...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
	}
	t.Fatalf("nothing listens on %s", address)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// logIn submits a login page as a person does and returns the query of the redirect.
func logIn(t *testing.T, page string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back url.Values
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirectURI) {
			back = r.URL.Query()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	form, err := browser.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	_ = form.Body.Close()
	if form.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", page, form.Status)
	}
	sent, err := browser.PostForm(form.Request.URL.Scheme+"://"+form.Request.URL.Host+"/login/username", url.Values{
		"username": {username}, "password": {password}, "id": {form.Request.URL.Query().Get("authRequestID")},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = sent.Body.Close()
	if back.Get("code") == "" {
		t.Fatalf("the login leads to %s with %v", sent.Status, back)
	}
	return back
}

// A client that knows only the server's address finds the provider from a 401, gets a token
// there, and can call tools.
func TestClientLogin(t *testing.T) {
	address := freeAddress(t)
	resource := "http://" + address + "/mcp"
	provider := startProvider(t, resource)
	startProgram(t, address, "--oauth-issuer", provider, "--oauth-audience", resource, "--oauth-scope", storage.CustomScope)

	tokens, seen := transport.NewMemoryTokenStore(), &idTokenRecorder{}
	c, err := client.NewOAuthStreamableHttpClient(resource, client.OAuthConfig{
		ClientID: clientID, RedirectURI: redirectURI, TokenEndpointAuthMethod: "none",
		Scopes: []string{"openid", "offline_access", storage.CustomScope}, TokenStore: tokens, PKCEEnabled: true,
		HTTPClient: &http.Client{Transport: seen},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.ProtocolVersion20251125
	_, err = c.Initialize(ctx, hello)
	if !client.IsOAuthAuthorizationRequiredError(err) {
		t.Fatalf("without a token: %v", err)
	}
	status, challenge := post(ctx, t, address, "")
	if led := `resource_metadata="http://` + address + `/.well-known/oauth-protected-resource/mcp"`; status != http.StatusUnauthorized || !strings.Contains(challenge, led) {
		t.Errorf("without a token: %d, %s", status, challenge)
	}

	handler := client.GetOAuthHandler(err)
	verifier, err := client.GenerateCodeVerifier()
	if err != nil {
		t.Fatal(err)
	}
	state, err := client.GenerateState()
	if err != nil {
		t.Fatal(err)
	}
	page, err := handler.GetAuthorizationURL(ctx, state, client.GenerateCodeChallenge(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(page, provider) {
		t.Errorf("the client goes to %s", page)
	}
	back := logIn(t, page)
	if err := handler.ProcessAuthorizationResponse(ctx, back.Get("code"), back.Get("state"), verifier); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Initialize(ctx, hello); err != nil {
		t.Fatalf("with a token: %v", err)
	}
	var request mcp.CallToolRequest
	request.Params.Name = "list_projects"
	if result, err := c.CallTool(ctx, request); err != nil || result.IsError {
		t.Errorf("list_projects: %v, %v", result, err)
	}

	token, err := tokens.GetToken(ctx)
	if err != nil {
		t.Fatal(err)
	}
	otherAudience, otherScope, later := freeAddress(t), freeAddress(t), freeAddress(t)
	startProgram(t, otherAudience, "--oauth-issuer", provider, "--oauth-audience", "http://"+otherAudience+"/mcp")
	startProgram(t, otherScope, "--oauth-issuer", provider, "--oauth-audience", resource, "--oauth-scope", "admin")
	startProgram(t, later, "--oauth-issuer", "http://"+freeAddress(t), "--oauth-audience", resource)
	for name, test := range map[string]struct {
		address string
		token   string
		status  int
		error   string
	}{
		"where it was meant for":        {address, token.AccessToken, http.StatusOK, ""},
		"at another resource":           {otherAudience, token.AccessToken, http.StatusUnauthorized, `error="invalid_token"`},
		"where another scope is needed": {otherScope, token.AccessToken, http.StatusForbidden, `error="insufficient_scope"`},
		"where the issuer is down":      {later, token.AccessToken, http.StatusServiceUnavailable, ""},
		"replaced by the ID token":      {address, seen.last, http.StatusUnauthorized, `the token is not an access token`},
	} {
		status, challenge := post(ctx, t, test.address, test.token)
		if status != test.status || !strings.Contains(challenge, test.error) {
			t.Errorf("%s the token gets %d, %s", name, status, challenge)
		}
	}
}

// idTokenRecorder records the ID token that the provider returns with the access token.
type idTokenRecorder struct{ last string }

func (s *idTokenRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	var given struct {
		IDToken string `json:"id_token"`
	}
	if json.Unmarshal(body, &given) == nil && given.IDToken != "" {
		s.last = given.IDToken
	}
	return answer, nil
}

func post(ctx context.Context, t *testing.T, address, token string) (int, string) {
	t.Helper()
	body := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/mcp", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode, answer.Header.Get("WWW-Authenticate")
}
