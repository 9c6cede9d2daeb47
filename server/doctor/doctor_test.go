package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/doctor"
)

// runChecks runs the checks against an endpoint with an optional proxy. changes modify the
// options.
func runChecks(t *testing.T, endpoint, proxy string, env map[string]string, changes ...func(*doctor.Options)) map[string]doctor.Check {
	t.Helper()
	address, err := langsmith.ParseEndpoint(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	transport := langsmith.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	transport.Proxy = nil
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".invalid") {
			// The error of a resolver, without a request to one.
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
		}
		return dial(ctx, network, address)
	}
	if proxy != "" {
		at, err := url.Parse(proxy)
		if err != nil {
			t.Fatal(err)
		}
		transport.Proxy = http.ProxyURL(at)
	}
	settings := config.LangSmith{Endpoint: address, Credentials: langsmith.Credentials{APIKey: "lsv2_pt_doctor"}}
	byName := map[string]doctor.Check{}
	options := doctor.Options{
		LangSmith: settings,
		Client: langsmith.New(langsmith.Options{
			Endpoint: address, Credentials: settings.Credentials, Transport: transport, Timeout: 10 * time.Second}),
		Getenv: func(name string) string { return env[name] },
		Proxy: func(*http.Request) (*url.URL, error) {
			if proxy == "" {
				return nil, nil
			}
			return url.Parse(proxy)
		},
		State:      "memory",
		CheckState: func(context.Context) (string, error) { return "", nil },
	}
	for _, change := range changes {
		change(&options)
	}
	for _, check := range doctor.Run(t.Context(), options) {
		byName[check.Name] = check
	}
	return byName
}

// closedAddress returns an address on which nothing listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// TestUnreachable checks the explanation of each failure of a connection, over real
// sockets.
func TestUnreachable(t *testing.T) {
	secure := httptest.NewTLSServer(sandbox.New(sandbox.Options{}))
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(sandbox.New(sandbox.Options{}))
	t.Cleanup(plain.Close)
	proxy := func(status int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	for _, test := range []struct {
		name, endpoint, proxy string
		found, do             string
	}{
		{"no such name", "https://api.smith.langchain.invalid", "", "the host name api.smith.langchain.invalid does not exist", "typos"},
		{"refused", "http://" + closedAddress(t), "", "the connection is refused", "LANGSMITH_ENDPOINT"},
		{"unknown authority", secure.URL, "", "an authority that this machine does not trust", "SSL_CERT_FILE"},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), "", "it does not speak TLS", "http://"},
		{"proxy refuses connections", secure.URL, "http://" + closedAddress(t), "does not answer", "NO_PROXY"},
		{"proxy requires a password", secure.URL, proxy(http.StatusProxyAuthRequired), "refuses (Proxy Authentication Required)", "http://user:password@host:port"},
		{"proxy forbids", secure.URL, proxy(http.StatusForbidden), "refuses (Forbidden)", "the proxy's administrator"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // each failed connection is retried twice
			checks := runChecks(t, test.endpoint, test.proxy, nil)
			got := checks["LangSmith answers"]
			if got.Status != doctor.Failed || !strings.Contains(got.Found, test.found) || !strings.Contains(got.Do, test.do) {
				t.Errorf("%+v", got)
			}
			if strings.HasPrefix(test.name, "proxy") && !strings.Contains(got.Found, "the proxy "+test.proxy) {
				t.Errorf("the proxy is not named: %+v", got)
			}
			for _, name := range []string{"key", "workspace", "projects", "Insights", "model secrets", "clock"} {
				if checks[name].Status != doctor.Skipped {
					t.Errorf("%s was not skipped: %+v", name, checks[name])
				}
			}
		})
	}
}

// TestProxy checks the values of the proxy variables.
func TestProxy(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	for value, want := range map[string]struct {
		status doctor.Status
		says   string
	}{
		"":                             {doctor.OK, "none is used"},
		"http://127.0.0.1:3128":        {doctor.OK, "NO_PROXY"}, // never used to reach this machine
		"proxy.example:3128":           {doctor.OK, "NO_PROXY"},
		"ht!tp://%%":                   {doctor.Failed, "HTTP_PROXY is malformed"},
		"ftp://proxy.example":          {doctor.Failed, `"ftp", which is not a proxy scheme`},
		"socks9://user:pw@x.example:1": {doctor.Failed, "not a proxy scheme"},
	} {
		for _, variable := range []string{"HTTP_PROXY", "http_proxy"} {
			got := runChecks(t, upstream.URL, "", map[string]string{variable: value})["proxy"]
			if got.Status != want.status || !strings.Contains(got.Found, want.says) {
				t.Errorf("%s=%q: %+v", variable, value, got)
			}
			if strings.Contains(got.Found+got.Do, "user:pw") {
				t.Errorf("the proxy's password is shown: %+v", got)
			}
		}
	}
}

// TestConfiguration checks that each setting is named with its source, and the key only by
// its fingerprint.
func TestConfiguration(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	var fingerprint string
	got := runChecks(t, upstream.URL, "", nil, func(o *doctor.Options) {
		o.LangSmith.Project = "chat-prod"
		o.LangSmith.Found = config.Sources{Credential: "LANGCHAIN_API_KEY", Project: "LANGSMITH_PROJECT"}
		fingerprint = o.LangSmith.Credentials.Fingerprint()
	})["configuration"]
	want := "endpoint " + upstream.URL + " from the default; a key (fingerprint " + fingerprint + ") from LANGCHAIN_API_KEY; " +
		`project "chat-prod" from LANGSMITH_PROJECT`
	if got.Status != doctor.OK || got.Found != want || fingerprint == "" || strings.Contains(want, "lsv2_pt_doctor") {
		t.Errorf("got %+v\nwant %s", got, want)
	}
}

// login is a login that expires at a time.
type login struct {
	ends time.Time
	err  error
}

func (login) ID() string                                        { return "login" }
func (l login) ExpiresAt() time.Time                            { return l.ends }
func (l login) Token(context.Context) (langsmith.Secret, error) { return "ey-doctor", l.err }

// TestLogin checks the login of a profile, with and without a valid token.
func TestLogin(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	signIn := func(err error) func(*doctor.Options) {
		return func(o *doctor.Options) {
			o.LangSmith.Credentials = langsmith.Credentials{Login: login{time.Date(2099, 1, 31, 12, 0, 0, 0, time.UTC), err}, Workspace: sandbox.DefaultWorkspace()}
			o.LangSmith.Found.Credential = `profile "work" in ~/.langsmith/config.json`
			o.Client = langsmith.New(langsmith.Options{Endpoint: o.LangSmith.Endpoint, Credentials: o.LangSmith.Credentials})
		}
	}
	checks := runChecks(t, upstream.URL, "", nil, signIn(nil))
	want := `a login (fingerprint ` + langsmith.Credentials{Login: login{}}.Fingerprint() + `) from profile "work" in ~/.langsmith/config.json; its token expires at 2099-01-31T12:00:00Z; workspace ` + sandbox.DefaultWorkspace().String()
	if got := checks["configuration"]; got.Status != doctor.OK || !strings.HasSuffix(got.Found, want) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
	if got := checks["key"]; got.Status != doctor.OK || got.Found != "the login is accepted" {
		t.Errorf("%+v", got)
	}
	checks = runChecks(t, upstream.URL, "", nil, signIn(errors.New("the login has expired. Sign in again: langsmith auth login")))
	if got := checks["LangSmith answers"]; got.Status != doctor.Failed || got.Do != "The login has expired. Sign in again: langsmith auth login" {
		t.Errorf("%+v", got)
	}
	if got := checks["key"]; got.Status != doctor.Skipped || got.Found != "not checked, since the login has no valid token" {
		t.Errorf("%+v", got)
	}
}

// TestDeprecations checks a LangSmith that announces the removal of a route.
func TestDeprecations(t *testing.T) {
	box := sandbox.New(sandbox.Options{})
	box.Inject(sandbox.Fault{Path: "/sessions$", Header: http.Header{"Sunset": {"Sun, 31 Jan 2027 00:00:00 GMT"}}})
	upstream := httptest.NewServer(box)
	defer upstream.Close()
	checks := runChecks(t, upstream.URL, "", nil, func(o *doctor.Options) {
		o.Deprecations = &doctor.Deprecations{}
		o.Client = langsmith.New(langsmith.Options{Endpoint: o.LangSmith.Endpoint, Credentials: o.LangSmith.Credentials, OnDeprecated: o.Deprecations.Add})
	})
	if got := checks["deprecations"]; got.Status != doctor.Warning || got.Found != "GET /sessions ends on 2027-01-31" || got.Do == "" {
		t.Errorf("%+v", got)
	}
}

// TestKeyNotAccepted checks that a 401 skips the remaining checks.
func TestKeyNotAccepted(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"detail":"Unauthorized"}`)
	}))
	defer upstream.Close()
	checks := runChecks(t, upstream.URL, "", nil)
	if got := checks["key"]; got.Status != doctor.Failed || got.Found != "the key is not accepted" || !strings.Contains(got.Do, "LANGSMITH_API_KEY") {
		t.Errorf("%+v", got)
	}
	for _, name := range []string{"workspace", "projects", "Insights", "model secrets", "clock"} {
		if got := checks[name]; got.Status != doctor.Skipped || got.Found != "not checked, since the key is not accepted" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestKeyOfSeveralWorkspaces checks a key that spans two workspaces, neither of which is
// configured.
func TestKeyOfSeveralWorkspaces(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/sessions"):
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error":"org_scoped_key_requires_workspace"}`)
		case strings.HasSuffix(r.URL.Path, "/workspaces"):
			fmt.Fprint(w, `[{"id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11","display_name":"Production"},
				{"id":"0c2b8e11-3c1d-4f7a-9a52-6d1f5b1e0f6e","display_name":"Trials"}]`)
		default:
			t.Errorf("unexpected request for %s", r.URL.Path)
		}
	}))
	defer upstream.Close()
	checks := runChecks(t, upstream.URL, "", nil)
	if got := checks["key"]; got.Status != doctor.OK || got.Found != "the key is accepted, and spans workspaces" {
		t.Errorf("%+v", got)
	}
	const list = "\nWorkspaces that this key has access to:\n- 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11 \"Production\"\n- 0c2b8e11-3c1d-4f7a-9a52-6d1f5b1e0f6e \"Trials\""
	got := checks["workspace"]
	if got.Status != doctor.Failed || !strings.Contains(got.Do, "LANGSMITH_WORKSPACE_ID") || !strings.HasSuffix(got.Do, list) {
		t.Errorf("%+v", got)
	}
}

// TestStateWithoutPassword checks the address of a Redis with a password.
func TestStateWithoutPassword(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	for state, want := range map[string]string{
		"memory":                                 "in memory: it is lost when the process ends",
		"/var/lib/langsmith-insights-mcp":        "writable: /var/lib/langsmith-insights-mcp",
		"redis://user:hush@redis.example:6379/0": "writable: redis://user:xxxxx@redis.example:6379/0",
		"redis://sentinel.example:26379?master_name=m&password=hush": "writable: redis://sentinel.example:26379",
	} {
		got := runChecks(t, upstream.URL, "", nil, func(o *doctor.Options) { o.State = state })["state"]
		if got.Status != doctor.OK || got.Found != want {
			t.Errorf("%s: %+v", state, got)
		}
	}
}

// TestUnusableState checks the advice for each kind of state.
func TestUnusableState(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	for state, want := range map[string]string{
		"/var/lib/langsmith-insights-mcp":        "Make it writable",
		"redis://user:hush@redis.example:6379/0": "Check that Redis runs at redis://user:xxxxx@redis.example:6379/0",
	} {
		got := runChecks(t, upstream.URL, "", nil, func(o *doctor.Options) {
			o.State = state
			o.CheckState = func(context.Context) (string, error) { return "", errors.New("connection refused") }
		})["state"]
		if got.Status != doctor.Failed || !strings.Contains(got.Found, "connection refused") || !strings.HasPrefix(got.Do, want) {
			t.Errorf("%s: %+v", state, got)
		}
	}
}

// TestJobsPerDay checks that the bound of jobs says what it does not count.
func TestJobsPerDay(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	got := runChecks(t, upstream.URL, "", nil, func(o *doctor.Options) { o.JobsADay = 3 })["state"]
	if got.Status != doctor.OK || !strings.HasSuffix(got.Found, "; at most 3 jobs a day per key, not counting scheduled jobs") {
		t.Errorf("%+v", got)
	}
}

// TestStateThatMayLoseEntries checks the advice for a Redis that evicts keys.
func TestStateThatMayLoseEntries(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	got := runChecks(t, upstream.URL, "", nil, func(o *doctor.Options) {
		o.CheckState = func(context.Context) (string, error) { return "it may forget", nil }
	})["state"]
	if got.Status != doctor.Warning || got.Found != "it may forget" || !strings.Contains(got.Do, "noeviction") {
		t.Errorf("%+v", got)
	}
}

// TestClock checks a LangSmith whose clock differs.
func TestClock(t *testing.T) {
	for ahead, want := range map[time.Duration]doctor.Status{0: doctor.OK, 10 * time.Minute: doctor.Warning, -10 * time.Minute: doctor.Warning} {
		box := sandbox.New(sandbox.Options{})
		upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			box.ServeHTTP(&responseWithDate{w, time.Now().Add(ahead)}, r)
		}))
		got := runChecks(t, upstream.URL, "", nil)["clock"]
		upstream.Close()
		if got.Status != want || want == doctor.Warning && !strings.Contains(got.Do, "NTP") {
			t.Errorf("%v ahead: %+v", ahead, got)
		}
	}
}

// responseWithDate responds with another date.
type responseWithDate struct {
	http.ResponseWriter
	now time.Time
}

func (d *responseWithDate) WriteHeader(status int) {
	d.Header().Set("Date", d.now.UTC().Format(http.TimeFormat))
	d.ResponseWriter.WriteHeader(status)
}

// TestPrint checks the output of each status.
func TestPrint(t *testing.T) {
	var out strings.Builder
	doctor.Print(&out, []doctor.Check{
		{Name: "a", Status: doctor.OK, Found: "fine"},
		{Name: "b", Status: doctor.Warning, Found: "odd", Do: "look"},
		{Name: "c", Status: doctor.Failed, Found: "broken", Do: "mend\nit"},
		{Name: "d", Status: doctor.Skipped, Found: "not checked"},
	})
	want := "ok    a: fine\nnote  b: odd\n      look\nFAIL  c: broken\n      mend\n      it\n-     d: not checked\n\n" +
		"Fix the first failed check, then run doctor again.\n"
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
