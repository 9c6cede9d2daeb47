package langsmith_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

func TestCredentialsOnTheWire(t *testing.T) {
	const bearer = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"
	for name, c := range map[string]struct {
		credentials   langsmith.Credentials
		key, auth, in string
	}{
		"key":               {langsmith.Credentials{APIKey: key}, key, "", ""},
		"key and workspace": {langsmith.Credentials{APIKey: key, Workspace: other}, key, "", other.String()},
		"bearer":            {langsmith.Credentials{BearerToken: bearer, Workspace: other}, "", "Bearer " + bearer, other.String()},
		"both: the key":     {langsmith.Credentials{APIKey: key, BearerToken: bearer}, key, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			langSmith := newUpstream(newReply(http.StatusOK, `[]`))
			caller := langsmith.New(langsmith.Options{Credentials: c.credentials, UserAgent: "langsmith-insights-mcp/1.2.3", Transport: langSmith})
			if _, err := caller.ListWorkspaces(t.Context()); err != nil {
				t.Fatal(err)
			}
			for header, want := range map[string]string{
				"X-Api-Key": c.key, "Authorization": c.auth, "X-Tenant-Id": c.in, "User-Agent": "langsmith-insights-mcp/1.2.3",
			} {
				if got, sent := langSmith.only(t).header[header]; sent != (want != "") || sent && got[0] != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
		})
	}
}

func TestNothingIsSentWithoutCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		credentials langsmith.Credentials
		want        error
	}{
		"none":                {langsmith.Credentials{Workspace: other}, langsmith.ErrNoCredentials},
		"a line break":        {langsmith.Credentials{APIKey: langsmith.Secret(key[:20] + "\n" + key[20:])}, nil},
		"a control character": {langsmith.Credentials{BearerToken: "token\x00token"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			langSmith := newUpstream(newReply(http.StatusOK, `[]`))
			err := create(t.Context(), langsmith.New(langsmith.Options{Credentials: c.credentials, Transport: langSmith}))
			if failed := failure(t, err); !failed.Unprocessed || failed.Status != 0 {
				t.Errorf("the error does not say that the request was not sent: %+v", failed)
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if n := len(langSmith.requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
			if containsKey(err.Error(), string(c.credentials.APIKey)) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func TestAnonymousClient(t *testing.T) {
	langSmith := newUpstream(newReply(http.StatusOK, `[]`))
	caller := langsmith.New(langsmith.Options{Anonymous: true, Transport: langSmith})
	if _, err := caller.ListWorkspaces(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"X-Api-Key", "Authorization", "X-Tenant-Id"} {
		if got := langSmith.only(t).header.Get(header); got != "" {
			t.Errorf("%s is %q", header, got)
		}
	}
}

func TestClientCredentialsAndEndpoint(t *testing.T) {
	want := langsmith.Credentials{APIKey: key, Workspace: other}
	caller := langsmith.New(langsmith.Options{Credentials: want, Transport: newUpstream(newReply(200, `[]`))})
	if caller.Credentials() != want {
		t.Error("the client has different credentials")
	}
	if got := caller.Endpoint().String(); got != langsmith.DefaultEndpoint {
		t.Errorf("the endpoint is %s", got)
	}
}

func TestFingerprint(t *testing.T) {
	a := langsmith.Credentials{APIKey: key}
	b := langsmith.Credentials{APIKey: key, Workspace: uuid.New()}
	c := langsmith.Credentials{APIKey: key + "0"}
	if a.Fingerprint() != b.Fingerprint() || a.Fingerprint() == c.Fingerprint() {
		t.Error("a fingerprint must differ between credentials, and not between workspaces")
	}
	if print := a.Fingerprint(); len(print) != 16 || containsKey(print, key) {
		t.Errorf("the fingerprint is %q", print)
	}
	if print := (langsmith.Credentials{}).Fingerprint(); print != "" {
		t.Errorf("the fingerprint without a credential is %q", print)
	}
}
