package profile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/profile"
)

// authServer is an authorization server whose refresh tokens can be used once, as
// LangSmith's.
type authServer struct {
	*httptest.Server
	renewals atomic.Int32
	refusals atomic.Int32

	mu      sync.Mutex
	refresh string // the valid refresh token
	agent   string // the expected User-Agent
	meta    func(base string) string
	answer  http.HandlerFunc // replaces the token endpoint if not nil
}

func newAuthServer(t *testing.T) *authServer {
	t.Helper()
	s := &authServer{refresh: "refresh-0", agent: "langsmith-insights-mcp"}
	s.meta = func(base string) string {
		return fmt.Sprintf(`{"issuer":%q,"token_endpoint":%q,"device_authorization_endpoint":%q}`, base, base+"/token", base+"/device")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/oauth-authorization-server/api", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, s.meta(s.URL+"/api"))
	})
	mux.HandleFunc("POST /api/token", s.token)
	mux.HandleFunc("POST /api/oauth/token", s.token)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *authServer) token(w http.ResponseWriter, r *http.Request) {
	if s.answer != nil {
		s.answer(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Header.Get("User-Agent") != s.agent || r.FormValue("grant_type") != "refresh_token" || r.FormValue("client_id") != "langsmith-cli" || r.FormValue("refresh_token") != s.refresh {
		s.refusals.Add(1)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	n := s.renewals.Add(1)
	s.refresh = fmt.Sprintf("refresh-%d", n)
	fmt.Fprintf(w, `{"access_token":"access-%d","refresh_token":%q,"token_type":"bearer","expires_in":3600}`, n, s.refresh)
}

// profileFile writes a profile file whose current profile has an access token that expires
// after a time.
func profileFile(t *testing.T, apiURL string, expiresIn time.Duration) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	content := fmt.Sprintf(`{
  "current_profile": "work",
  "future_setting": {"a": ["<kept>"]},
  "profiles": {
    "default": {"api_key": "lsv2_pt_other"},
    "work": {
      "api_url": %q,
      "workspace_id": "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11",
      "unknown": 1.50,
      "oauth": {"access_token": "access-0", "refresh_token": "refresh-0", "expires_at": %q, "scope": "all"}
    }
  }
}`, apiURL, time.Now().Add(expiresIn).UTC().Format(time.RFC3339))
	if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, path, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(path, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	for _, c := range []struct{ file, name, want string }{
		{`{"current_profile":"a","profiles":{"a":{"api_url":"a"},"default":{"api_url":"d"}}}`, "", "a"},
		{`{"current_profile":"a","profiles":{"a":{"api_url":"a"},"b":{"api_url":"b"}}}`, "b", "b"},
		{`{"profiles":{"a":{"api_url":"a"},"default":{"api_url":" \"d\" "}}}`, "", "d"},
		{`{"profiles":{"a":{"api_url":"a"}}}`, "", ""},
		{`{}`, "", ""},
	} {
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := load(t, path, c.name).APIURL; got != c.want {
			t.Errorf("%s, %q: %q, want %q", c.file, c.name, got, c.want)
		}
	}
	if _, err := profile.Load(path, "none"); err == nil || !strings.Contains(err.Error(), `no profile "none"`) {
		t.Errorf("an unknown profile: %v", err)
	}
	if _, err := profile.Load(filepath.Join(t.TempDir(), "none"), ""); !errors.Is(err, profile.ErrNoFile) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"profiles":{"a":{"api_key":"lsv2_pt_secret`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Load(path, ""); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a broken file: %v", err)
	}
}

func TestRenewal(t *testing.T) {
	server := newAuthServer(t)
	server.agent = "tester/1"
	path := profileFile(t, server.URL+"/api", 30*time.Second)
	login := profile.NewLogin(load(t, path, ""), nil)
	login.UserAgent = "tester/1"
	for range 3 {
		token, err := login.Token(t.Context())
		if err != nil || token.Reveal() != "access-1" {
			t.Fatalf("the token is %q, %v", token.Reveal(), err)
		}
	}
	if n := server.renewals.Load(); n != 1 {
		t.Errorf("renewed %d times", n)
	}
	renewed := load(t, path, "").OAuth
	if renewed.AccessToken.Reveal() != "access-1" || renewed.RefreshToken.Reveal() != "refresh-1" || time.Until(renewed.ExpiresAt) < 50*time.Minute {
		t.Errorf("the file has %q, %q until %s", renewed.AccessToken.Reveal(), renewed.RefreshToken.Reveal(), renewed.ExpiresAt)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{`"<kept>"`, `"unknown": 1.50`, `"scope": "all"`, `"lsv2_pt_other"`, `"current_profile": "work"`} {
		if !strings.Contains(string(data), kept) {
			t.Errorf("the file lost %s:\n%s", kept, data)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file's mode is now %s: %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("other files were left: %v, %v", entries, err)
	}
}

// Several logins with the same file, as in several processes, renew it once.
func TestConcurrentRenewals(t *testing.T) {
	server := newAuthServer(t)
	path := profileFile(t, server.URL+"/api", -time.Minute)
	var group sync.WaitGroup
	for range 3 {
		login := profile.NewLogin(load(t, path, "work"), nil)
		for range 10 {
			group.Go(func() {
				if token, err := login.Token(t.Context()); err != nil || token.Reveal() != "access-1" {
					t.Errorf("the token is %q, %v", token.Reveal(), err)
				}
			})
		}
	}
	group.Wait()
	if renewed, refused := server.renewals.Load(), server.refusals.Load(); renewed != 1 || refused != 0 {
		t.Errorf("renewed %d times, refused %d times", renewed, refused)
	}
}

// The lock of a killed process is taken over after a time; a newer lock is respected.
func TestLock(t *testing.T) {
	server := newAuthServer(t)
	path := profileFile(t, server.URL+"/api", -time.Minute)
	hold := func(since time.Time) {
		if err := os.MkdirAll(path+".oauth.lock.lock", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path+".oauth.lock.lock", "created_at"), []byte(since.UTC().Format(time.RFC3339Nano)+"\nsomebody\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hold(time.Now())
	login := profile.NewLogin(load(t, path, ""), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := login.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another process holds the lock: %v", err)
	}
	if n := server.renewals.Load(); n != 0 {
		t.Fatalf("renewed %d times without the lock", n)
	}
	hold(time.Now().Add(-16 * time.Second))
	if token, err := login.Token(t.Context()); err != nil || token.Reveal() != "access-1" {
		t.Errorf("with an abandoned lock: %q, %v", token.Reveal(), err)
	}
	if _, err := os.Stat(path + ".oauth.lock.lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock is still there: %v", err)
	}
}

// A token that cannot be renewed is used until it expires; then the error says what to do.
func TestRefusedRenewal(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"refused": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":"invalid_grant","error_description":"refresh-0 is used"}`)
		}, `refused to renew it (400, "invalid_grant")`},
		"broken": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, "refused to renew it (502)"},
		"redirected": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "(307)"},
		"no token": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) }, "no usable response"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newAuthServer(t)
			server.answer = c.answer
			path := profileFile(t, server.URL+"/api", 30*time.Second)
			if token, err := profile.NewLogin(load(t, path, ""), nil).Token(t.Context()); err != nil || token.Reveal() != "access-0" {
				t.Errorf("before it expires: %q, %v", token.Reveal(), err)
			}
			path = profileFile(t, server.URL+"/api", -time.Second)
			_, err := profile.NewLogin(load(t, path, ""), nil).Token(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "langsmith auth login") || strings.Contains(err.Error(), "refresh-0") {
				t.Errorf("after it has expired: %v", err)
			}
			if kept := load(t, path, "").OAuth.RefreshToken.Reveal(); kept != "refresh-0" {
				t.Errorf("the refresh token is now %q", kept)
			}
		})
	}
}

// Metadata that names another origin is not trusted: the refresh token is sent to the
// endpoint itself.
func TestUntrustedMetadata(t *testing.T) {
	received := atomic.Int32{}
	attacker := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { received.Add(1) }))
	defer attacker.Close()
	for name, meta := range map[string]func(base string) string{
		"another issuer": func(string) string {
			return fmt.Sprintf(`{"issuer":%q,"token_endpoint":%q,"device_authorization_endpoint":%q}`, attacker.URL, attacker.URL+"/t", attacker.URL+"/d")
		},
		"another token endpoint": func(base string) string {
			return fmt.Sprintf(`{"issuer":%q,"token_endpoint":%q,"device_authorization_endpoint":%q}`, base, attacker.URL+"/t", base+"/d")
		},
		"another device endpoint": func(base string) string {
			return fmt.Sprintf(`{"issuer":%q,"token_endpoint":%q,"device_authorization_endpoint":%q}`, base, base+"/token", attacker.URL+"/d")
		},
		"a page": func(string) string { return "<html>" },
	} {
		t.Run(name, func(t *testing.T) {
			server := newAuthServer(t)
			server.meta = meta
			path := profileFile(t, server.URL+"/api", -time.Minute)
			if token, err := profile.NewLogin(load(t, path, ""), nil).Token(t.Context()); err != nil || token.Reveal() != "access-1" {
				t.Errorf("the token is %q, %v", token.Reveal(), err)
			}
		})
	}
	if n := received.Load(); n != 0 {
		t.Errorf("%d requests went to another server", n)
	}
}

// The tokens of a new sign-in are read from the file while the program runs.
func TestSignInAgain(t *testing.T) {
	server := newAuthServer(t)
	server.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }
	path := profileFile(t, server.URL+"/api", -time.Minute)
	login := profile.NewLogin(load(t, path, ""), nil)
	if _, err := login.Token(t.Context()); err == nil {
		t.Fatal("an expired login returned a token")
	}
	data, err := os.ReadFile(profileFile(t, server.URL+"/api", time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), "access-0", "access-new", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if token, err := login.Token(t.Context()); err != nil || token.Reveal() != "access-new" {
		t.Errorf("the token is %q, %v", token.Reveal(), err)
	}
}

// After the profile's endpoint has changed, it returns no token for the previous one.
func TestChangedEndpoint(t *testing.T) {
	server := newAuthServer(t)
	path := profileFile(t, server.URL+"/api", -time.Minute)
	login := profile.NewLogin(load(t, path, ""), nil)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.Replace(string(data), server.URL, "https://eu.api.smith.langchain.com", 1)
	if err := os.WriteFile(path, []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
	if token, err := login.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "now for https://eu.api.smith.langchain.com/api: restart this program") {
		t.Errorf("the token is %q, %v", token.Reveal(), err)
	}
}

func TestTokensAreRedacted(t *testing.T) {
	path := profileFile(t, "https://api.smith.langchain.com", time.Hour)
	p := load(t, path, "")
	login := profile.NewLogin(p, nil)
	encoded, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %v %+v %#v", *p, p, p, login, login, login), string(encoded)} {
		if strings.Contains(text, "access-0") || strings.Contains(text, "refresh-0") {
			t.Errorf("a token is printed: %s", text)
		}
	}
}

func TestKeyFromEnv(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(`{"profiles":{"default":{"api_key_env":"TEAM_KEY"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := load(t, path, "")
	if key, err := p.KeyFromEnv(func(name string) string { return map[string]string{"TEAM_KEY": " key "}[name] }); err != nil || key.Reveal() != "key" {
		t.Errorf("the key is %q, %v", key.Reveal(), err)
	}
	if _, err := p.KeyFromEnv(func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "TEAM_KEY, which is not set") {
		t.Errorf("got %v", err)
	}
}
