package langsmith

import (
	"net/url"
	"strings"
	"testing"
)

// The URL of a request is the endpoint as the operator wrote it, including escapes, and the
// path inside or outside /api/v1.
func TestResolvePath(t *testing.T) {
	for _, c := range []struct{ given, below, unversioned string }{
		{"https://eu.api.smith.langchain.com/api", "https://eu.api.smith.langchain.com/api/v1/p?name=a+%26b", "https://eu.api.smith.langchain.com/p"},
		{"https://example.com/lang%2Fsmith", "https://example.com/lang%2Fsmith/api/v1/p?name=a+%26b", "https://example.com/lang%2Fsmith/api/v1/p"},
		{"http://[::1]:1984", "http://[::1]:1984/api/v1/p?name=a+%26b", "http://[::1]:1984/api/v1/p"},
	} {
		endpoint, err := ParseEndpoint(c.given)
		if err != nil {
			t.Fatal(err)
		}
		if got := endpoint.roots().resolve(operation{path: "/p", query: url.Values{"name": {"a &b"}}}).String(); got != c.below {
			t.Errorf("%s: %s, want %s", c.given, got, c.below)
		}
		if got, want := endpoint.roots().resolve(operation{path: "/p", root: v2Root}).String(), strings.Replace(strings.TrimSuffix(c.below, "?name=a+%26b"), v1, v2, 1); got != want {
			t.Errorf("%s: %s, want %s", c.given, got, want)
		}
		if got := endpoint.roots().resolve(operation{path: "/p", root: unversionedRoot}).String(); got != c.unversioned {
			t.Errorf("%s: %s, want %s", c.given, got, c.unversioned)
		}
	}
}
