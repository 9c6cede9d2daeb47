package doctor_test

import (
	"context"
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

// examine runs the doctor against an endpoint, with a proxy where one is named.
func examine(t *testing.T, endpoint, proxy string, env map[string]string) map[string]doctor.Check {
	t.Helper()
	address, err := langsmith.ParseEndpoint(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	transport := langsmith.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	transport.Proxy = nil
	if proxy != "" {
		at, err := url.Parse(proxy)
		if err != nil {
			t.Fatal(err)
		}
		transport.Proxy = http.ProxyURL(at)
	}
	settings := config.LangSmith{Endpoint: address, Credentials: langsmith.Credentials{APIKey: "lsv2_pt_doctor"}}
	byName := map[string]doctor.Check{}
	for _, check := range doctor.Run(t.Context(), doctor.Options{
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
		State:    "memory",
		TryState: func(context.Context) error { return nil },
	}) {
		byName[check.Name] = check
	}
	return byName
}

// nobody is an address on which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// TestUnreachable has what keeps an answer from coming, over real sockets, and
// what is told about it.
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
		{"refused", "http://" + nobody(t), "", "the connection is refused", "LANGSMITH_ENDPOINT"},
		{"unknown authority", secure.URL, "", "an authority that this machine does not trust", "SSL_CERT_FILE"},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), "", "it speaks no TLS", "http://"},
		{"proxy away", secure.URL, "http://" + nobody(t), "does not answer", "NO_PROXY"},
		{"proxy wants a password", secure.URL, proxy(http.StatusProxyAuthRequired), "refuses (Proxy Authentication Required)", "http://user:password@host:port"},
		{"proxy forbids", secure.URL, proxy(http.StatusForbidden), "refuses (Forbidden)", "whoever runs the proxy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // what cannot be reached is asked for three times
			checks := examine(t, test.endpoint, test.proxy, nil)
			got := checks["LangSmith answers"]
			if got.Status != doctor.Failed || !strings.Contains(got.Found, test.found) || !strings.Contains(got.Do, test.do) {
				t.Errorf("%+v", got)
			}
			if strings.HasPrefix(test.name, "proxy") && !strings.Contains(got.Found, "the proxy "+test.proxy) {
				t.Errorf("the proxy is not named: %+v", got)
			}
			for _, name := range []string{"key", "workspace", "projects", "Insights", "model secrets", "clock"} {
				if checks[name].Status != doctor.Skipped {
					t.Errorf("%s was asked all the same: %+v", name, checks[name])
				}
			}
		})
	}
}

// TestProxy has the variables that name a proxy.
func TestProxy(t *testing.T) {
	upstream := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer upstream.Close()
	for value, want := range map[string]struct {
		status doctor.Status
		says   string
	}{
		"":                            {doctor.OK, "none is used"},
		"http://127.0.0.1:3128":       {doctor.OK, "NO_PROXY"}, // never used to reach this machine
		"proxy.example:3128":          {doctor.OK, "NO_PROXY"},
		"ht!tp://%%":                  {doctor.Failed, "HTTP_PROXY is malformed"},
		"ftp://proxy.example":         {doctor.Failed, `"ftp", which is no kind of proxy`},
		"socks9://ann:pw@x.example:1": {doctor.Failed, "no kind of proxy"},
	} {
		for _, variable := range []string{"HTTP_PROXY", "http_proxy"} {
			got := examine(t, upstream.URL, "", map[string]string{variable: value})["proxy"]
			if got.Status != want.status || !strings.Contains(got.Found, want.says) {
				t.Errorf("%s=%q: %+v", variable, value, got)
			}
			if strings.Contains(got.Found+got.Do, "ann:pw") {
				t.Errorf("the proxy's password is shown: %+v", got)
			}
		}
	}
}

// TestClock has a LangSmith whose clock is not ours.
func TestClock(t *testing.T) {
	for ahead, want := range map[time.Duration]doctor.Status{0: doctor.OK, 10 * time.Minute: doctor.Warning, -10 * time.Minute: doctor.Warning} {
		box := sandbox.New(sandbox.Options{})
		upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			box.ServeHTTP(&dated{w, time.Now().Add(ahead)}, r)
		}))
		got := examine(t, upstream.URL, "", nil)["clock"]
		upstream.Close()
		if got.Status != want || want == doctor.Warning && !strings.Contains(got.Do, "NTP") {
			t.Errorf("%v ahead: %+v", ahead, got)
		}
	}
}

// dated answers with another date.
type dated struct {
	http.ResponseWriter
	now time.Time
}

func (d *dated) WriteHeader(status int) {
	d.Header().Set("Date", d.now.UTC().Format(http.TimeFormat))
	d.ResponseWriter.WriteHeader(status)
}

// TestPrint has the four ways in which a check ends, as a person sees them.
func TestPrint(t *testing.T) {
	var out strings.Builder
	doctor.Print(&out, []doctor.Check{
		{Name: "a", Status: doctor.OK, Found: "fine"},
		{Name: "b", Status: doctor.Warning, Found: "odd", Do: "look"},
		{Name: "c", Status: doctor.Failed, Found: "broken", Do: "mend\nit"},
		{Name: "d", Status: doctor.Skipped, Found: "not asked"},
	})
	want := "ok    a: fine\nnote  b: odd\n      look\nFAIL  c: broken\n      mend\n      it\n-     d: not asked\n\n" +
		"Mend the first that failed, then run doctor again.\n"
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
