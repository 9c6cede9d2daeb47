package langsmith

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The connections are real, because net and crypto/tls return other error types than
// they document.
func TestFailure(t *testing.T) {
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	defer untrusted.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	dropped := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer dropped.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, c := range []struct {
		address string
		timeout time.Duration // of each request; the call has twice as long
		want    string
	}{
		{untrusted.URL, 10 * time.Second, "tls"},
		{"https" + plain.URL[len("http"):], 10 * time.Second, "tls"},
		{slow.URL, 200 * time.Millisecond, "timeout"},
		{dropped.URL, time.Second, "closed"},
		{closed.URL, time.Second, "refused"},
	} {
		endpoint, err := ParseEndpoint(c.address)
		if err != nil {
			t.Fatal(err)
		}
		transport := NewTransport()
		defer transport.CloseIdleConnections()
		client := New(Options{Endpoint: endpoint, Credentials: Credentials{APIKey: "lsv2_pt_x"}, Transport: transport, Timeout: c.timeout})
		ctx, cancel := context.WithTimeout(t.Context(), 2*c.timeout)
		_, err = client.ListProjects(ctx, ProjectsQuery{Limit: 1})
		cancel()
		var failed *Error
		if !errors.As(err, &failed) || failed.Failure() != c.want {
			t.Errorf("%s: the error is %v, want the failure %q", c.address, err, c.want)
		}
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, "dns"},
		{&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New("no route")}}, "proxy"},
		{errors.New("no route to host"), "other"},
	} {
		if got := (&Error{Err: c.err}).Failure(); got != c.want {
			t.Errorf("the failure of %v is %q, want %q", c.err, got, c.want)
		}
	}
	if got := (&Error{Status: 500, Err: errors.New("x")}).Failure(); got != "" {
		t.Errorf("an error with a response has the failure %q", got)
	}
}
