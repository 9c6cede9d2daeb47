package langsmith_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

// fakeLogin is a login whose token changes with every request.
type fakeLogin struct {
	tokens int
	err    error
}

func (*fakeLogin) ID() string { return "profile work" }

func (s *fakeLogin) Token(context.Context) (langsmith.Secret, error) {
	s.tokens++
	return langsmith.Secret(fmt.Sprintf("access-token-%d", s.tokens)), s.err
}

// Each request has the login's current token, which is redacted in every response.
func TestLoginSignsRequests(t *testing.T) {
	upstream := newUpstream(newReply(200, `[]`), newReply(403, `{"detail":"no access for access-token-2"}`))
	login := &fakeLogin{}
	credentials := langsmith.Credentials{Login: login}
	caller := langsmith.New(langsmith.Options{Credentials: credentials, Transport: upstream})
	if _, err := caller.ListWorkspaces(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := caller.ListWorkspaces(t.Context())
	if failed := failure(t, err); failed.Message != "no access for [redacted]" {
		t.Errorf("got %q", failed.Message)
	}
	for i, sent := range upstream.requests() {
		if got, want := sent.header.Get("Authorization"), fmt.Sprintf("Bearer access-token-%d", i+1); got != want {
			t.Errorf("request %d has the token %q, want %q", i, got, want)
		}
	}
	if credentials.Empty() || !credentials.IsBearer() || credentials.Fingerprint() == "" || credentials.Fingerprint() != (langsmith.Credentials{Login: &fakeLogin{}}).Fingerprint() {
		t.Errorf("%+v has fingerprint %q", credentials, credentials.Fingerprint())
	}
	login.err = errors.New("sign in again")
	_, err = caller.ListWorkspaces(t.Context())
	var noToken *langsmith.LoginError
	if failed := failure(t, err); failed.Ambiguous() || !errors.As(err, &noToken) || !strings.Contains(failed.Error(), "sign in again") {
		t.Errorf("without a token: %v", failed)
	}
	if n := len(upstream.requests()); n != 2 {
		t.Errorf("%d requests were sent", n)
	}
}
