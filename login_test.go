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

// signIn is a LangSmith with a token endpoint, at which each refresh token is
// good once.
type signIn struct {
	*httptest.Server

	mu       sync.Mutex
	renewals int
	refused  []string
	asked    func(*http.Request) bool // whether a renewal goes on; nil for always
}

func newSignIn(t *testing.T) *signIn {
	t.Helper()
	s := &signIn{}
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

func (s *signIn) renew(w http.ResponseWriter, r *http.Request) {
	token, client := r.FormValue("refresh_token"), r.FormValue("client_id") // which also reads the body, so that a caller who leaves is noticed
	if s.asked != nil && !s.asked(r) {
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

// profileFile writes a profile whose login has ended, and returns the variable
// that names the file, and its path.
func (s *signIn) profileFile(t *testing.T) (env []string, path string) {
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

// refreshLikeLangSmith renews the login as LangSmith's own clients do: it makes
// the lock's directory, reads the file again under it, and replaces the file.
func (s *signIn) refreshLikeLangSmith(t *testing.T, path string) {
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
		time.Sleep(10 * time.Millisecond) // as those clients do
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

// checkNoTokens fails where a text shows a token of a login.
func checkNoTokens(t *testing.T, got ended) {
	t.Helper()
	if text := got.stdout + got.stderr; strings.Contains(text, "ey-access-token") || strings.Contains(text, "ey-refresh-token") {
		t.Errorf("a token is shown:\n%s", text)
	}
}

// Three processes and a client like LangSmith's renew the login of one file once,
// at every log level without a word of its tokens.
func TestProcessesRenewALoginOnce(t *testing.T) {
	s := newSignIn(t)
	env, path := s.profileFile(t)
	var group sync.WaitGroup
	for _, level := range []string{"trace", "debug", "info"} {
		group.Go(func() {
			got := run(t, hello+toolCall(1, "list_projects", `{}`)+"\n", env, "--log-level", level)
			if answer := text(answers(t, got.stdout)[1]); got.code != 0 || !strings.Contains(answer, "shop") || strings.Contains(answer, `"isError":true`) {
				t.Errorf("code %d, answered with %s\n%s", got.code, answer, got.stderr)
			}
			checkNoTokens(t, got)
		})
	}
	group.Go(func() { s.refreshLikeLangSmith(t, path) })
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

// A process that is killed while it holds the lock loses no token: once the lock
// is old, the next process renews with it.
func TestAProcessThatIsKilledWithTheLockLosesNoToken(t *testing.T) {
	s := newSignIn(t)
	env, path := s.profileFile(t)
	asking := make(chan struct{}, 1)
	s.asked = func(r *http.Request) bool {
		asking <- struct{}{}
		<-r.Context().Done()
		return false
	}
	cmd := command(t, env, "--log-level", "disabled")
	cmd.Stdin = strings.NewReader(hello + toolCall(1, "list_projects", `{}`) + "\n")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asking
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // which tells of the kill
	s.asked = nil
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
	if answer := text(answers(t, got.stdout)[1]); !strings.Contains(answer, "shop") {
		t.Errorf("answered with %s\n%s", answer, got.stderr)
	}
	if login := readProfiles(t, path).Profiles["work"].OAuth; s.renewals != 1 || len(s.refused) > 0 || login.RefreshToken != "ey-refresh-token-1" {
		t.Errorf("renewed %d times, refused %q, the file holds %+v", s.renewals, s.refused, login)
	}
}

// A renewal that LangSmith refuses, and a profile whose key cannot be had, stop
// no server: the tools are listed, and a call says what to do.
func TestUnusableLoginsAreToldByTheCall(t *testing.T) {
	s := newSignIn(t)
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
				all := answers(t, got.stdout)
				if got.code != 0 || !strings.Contains(text(all[1]), `"create_insights_job"`) {
					t.Errorf("code %d, tools/list: %s\n%s", got.code, text(all[1]), got.stderr)
				}
				answer := text(all[2])
				for _, want := range append(test.says, `"isError":true`) {
					if !strings.Contains(answer, want) {
						t.Errorf("%q is not in %s", want, answer)
					}
				}
				checkNoTokens(t, got)
			})
		}
	}
}
