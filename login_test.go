package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authServer is a LangSmith with a token endpoint, which accepts each refresh token
// once.
type authServer struct {
	*httptest.Server

	mu       sync.Mutex
	renewals int
	refused  []string
	onRenew  func(*http.Request) bool // whether to handle a renewal; nil for always
}

func newAuthServer(t *testing.T) *authServer {
	t.Helper()
	s := &authServer{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/oauth/token", s.renew)
	mux.HandleFunc("GET /api/v1/sessions", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if want := fmt.Sprintf("Bearer ey-access-token-%d", s.renewals); r.Header.Get("Authorization") != want {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `[{"id":"11111111-1111-4111-8111-111111111111","tenant_id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11","name":"shop"}]`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *authServer) renew(w http.ResponseWriter, r *http.Request) {
	token, client := r.FormValue("refresh_token"), r.FormValue("client_id") // reads the body, without which r's context does not end with the connection
	if s.onRenew != nil && !s.onRenew(r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if want := fmt.Sprintf("ey-refresh-token-%d", s.renewals); token != want || client != "langsmith-cli" {
		s.refused = append(s.refused, token)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	s.renewals++
	fmt.Fprintf(w, `{"access_token":"ey-access-token-%[1]d","refresh_token":"ey-refresh-token-%[1]d","token_type":"bearer","expires_in":3600}`, s.renewals)
}

// profileFile writes a profile whose login has expired, and returns the variable with
// the file's path, and the path.
func (s *authServer) profileFile(t *testing.T) (env []string, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "config.json")
	content := fmt.Sprintf(`{"current_profile":"work","profiles":{"work":{"api_url":%q,
		"oauth":{"access_token":"ey-access-token-0","refresh_token":"ey-refresh-token-0","expires_at":"2026-01-31T00:00:00Z"}}}}`, s.URL+"/api")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"LANGSMITH_CONFIG_FILE=" + path}, path
}

type savedLogin struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresAt    string `json:"expires_at"`
}

type savedProfiles struct {
	Current  string `json:"current_profile"`
	Profiles map[string]struct {
		APIURL string     `json:"api_url"`
		OAuth  savedLogin `json:"oauth"`
	} `json:"profiles"`
}

func readProfiles(t *testing.T, path string) savedProfiles {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var saved savedProfiles
	if err := json.Unmarshal(data, &saved); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return saved
}

// renewLikeSDK renews the login as LangSmith's SDKs do: it creates the lock's directory,
// reads the file again and replaces it.
func (s *authServer) renewLikeSDK(t *testing.T, path string) {
	lock := path + ".oauth.lock.lock"
	for deadline := time.Now().Add(10 * time.Second); ; {
		err := os.Mkdir(lock, 0o700)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrExist) || time.Now().After(deadline) {
			t.Errorf("the lock: %v", err)
			return
		}
		time.Sleep(10 * time.Millisecond) // as the SDKs do
	}
	defer os.RemoveAll(lock)
	if err := os.WriteFile(filepath.Join(lock, "created_at"), []byte(time.Now().UTC().Format(time.RFC3339Nano)+"\nanother client\n"), 0o600); err != nil {
		t.Error(err)
		return
	}
	saved := readProfiles(t, path)
	work := saved.Profiles["work"]
	if expires, err := time.Parse(time.RFC3339, work.OAuth.ExpiresAt); err == nil && time.Until(expires) > time.Minute {
		return
	}
	response, err := http.PostForm(s.URL+"/api/oauth/token", url.Values{
		"grant_type": {"refresh_token"}, "client_id": {"langsmith-cli"}, "refresh_token": {work.OAuth.RefreshToken},
	})
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&work.OAuth); err != nil {
		t.Error(err)
		return
	}
	work.OAuth.ExpiresAt = time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano)
	saved.Profiles["work"] = work
	data, err := json.Marshal(saved)
	if err != nil {
		t.Error(err)
		return
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		t.Error(err)
		return
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Error(err)
	}
}

// checkNoTokens checks that the output has no token.
func checkNoTokens(t *testing.T, got output) {
	t.Helper()
	if text := got.stdout + got.stderr; strings.Contains(text, "ey-access-token") || strings.Contains(text, "ey-refresh-token") {
		t.Errorf("a token in\n%s", text)
	}
}

// Three processes and an SDK renew the login of one file once, and show no token at any
// log level.
func TestConcurrentRenewal(t *testing.T) {
	s := newAuthServer(t)
	env, path := s.profileFile(t)
	var group sync.WaitGroup
	for _, level := range []string{"trace", "debug", "info"} {
		group.Go(func() {
			got := run(t, hello+toolCall(1, "list_projects", `{}`)+"\n", env, "--log-level", level)
			if response := text(responses(t, got.stdout)[1]); got.code != 0 || !strings.Contains(response, "shop") || strings.Contains(response, `"isError":true`) {
				t.Errorf("code %d, response %s\n%s", got.code, response, got.stderr)
			}
			checkNoTokens(t, got)
		})
	}
	group.Go(func() { s.renewLikeSDK(t, path) })
	group.Wait()
	if s.renewals != 1 || len(s.refused) > 0 {
		t.Errorf("renewed %d times, refused %q", s.renewals, s.refused)
	}
	if login := readProfiles(t, path).Profiles["work"].OAuth; login.AccessToken != "ey-access-token-1" || login.RefreshToken != "ey-refresh-token-1" {
		t.Errorf("the file holds %+v", login)
	}
	if _, err := os.Stat(path + ".oauth.lock.lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock is left behind: %v", err)
	}
}

// When a process is killed while it holds the lock, the next one takes the lock once it
// is stale, and renews with the same token.
func TestKilledDuringRenewal(t *testing.T) {
	s := newAuthServer(t)
	env, path := s.profileFile(t)
	renewing := make(chan struct{}, 1)
	s.onRenew = func(r *http.Request) bool {
		renewing <- struct{}{}
		<-r.Context().Done()
		return false
	}
	cmd := command(t, env, "--log-level", "disabled")
	cmd.Stdin = strings.NewReader(hello + toolCall(1, "list_projects", `{}`) + "\n")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-renewing
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the error is the kill
	s.onRenew = nil
	lock := filepath.Join(path+".oauth.lock.lock", "created_at")
	held, err := os.ReadFile(lock)
	if err != nil {
		t.Fatal(err)
	}
	_, owner, _ := bytes.Cut(held, []byte("\n"))
	if err := os.WriteFile(lock, append([]byte(time.Now().Add(-16*time.Second).UTC().Format(time.RFC3339Nano)+"\n"), owner...), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, hello+toolCall(1, "list_projects", `{}`)+"\n", env)
	if response := text(responses(t, got.stdout)[1]); !strings.Contains(response, "shop") {
		t.Errorf("response %s\n%s", response, got.stderr)
	}
	if login := readProfiles(t, path).Profiles["work"].OAuth; s.renewals != 1 || len(s.refused) > 0 || login.RefreshToken != "ey-refresh-token-1" {
		t.Errorf("renewed %d times, refused %q, the file holds %+v", s.renewals, s.refused, login)
	}
}

// With a renewal that LangSmith refuses, or a profile whose key is missing, the server
// lists its tools, and a call says what to do.
func TestUnusableLogins(t *testing.T) {
	s := newAuthServer(t)
	s.renewals = 7 // so that the file's refresh token is used up
	refused, _ := s.profileFile(t)
	unset := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(unset, []byte(`{"profiles":{"default":{"api_key_env":"TEAM_KEY"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		env  []string
		says []string
	}{
		{"a refused renewal", refused, []string{`\"work\"`, "invalid_grant", "Sign in again: langsmith auth login"}},
		{"another endpoint", append(refused, "LANGSMITH_ENDPOINT="+s.URL+"/elsewhere"), []string{"LANGSMITH_ENDPOINT is " + s.URL + "/elsewhere", "sent only there"}},
		{"a variable that is not set", []string{"LANGSMITH_CONFIG_FILE=" + unset}, []string{"TEAM_KEY, which is not set"}},
	} {
		for _, level := range []string{"trace", "debug", "info", "warn", "error", "disabled"} {
			t.Run(test.name+" "+level, func(t *testing.T) {
				got := run(t, hello+`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`+"\n"+toolCall(2, "list_projects", `{}`)+"\n", test.env, "--log-level", level)
				all := responses(t, got.stdout)
				if got.code != 0 || !strings.Contains(text(all[1]), `"create_insights_job"`) {
					t.Errorf("code %d, tools/list: %s\n%s", got.code, text(all[1]), got.stderr)
				}
				response := text(all[2])
				for _, want := range append(test.says, `"isError":true`) {
					if !strings.Contains(response, want) {
						t.Errorf("%q is not in %s", want, response)
					}
				}
				checkNoTokens(t, got)
			})
		}
	}
}
