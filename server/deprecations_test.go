package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// The announced removal of a route is logged once, however many responses announce it.
func TestDeprecationsAreLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	f := servertest.Start(t, servertest.Options{Logger: zerolog.New(zerolog.SyncWriter(&log))})
	f.Sandbox.Inject(sandbox.Fault{Path: "/sessions$", Header: http.Header{
		"Deprecation": {"@1769817600"}, "Sunset": {"Sun, 31 Jan 2027 00:00:00 GMT"}, "Link": {`<https://docs.example.com/moving>; rel="deprecation"`},
	}})
	for range 3 {
		if got := f.Call(t, "list_projects", nil); got.IsError {
			t.Fatal(got.Text)
		}
	}
	var logged []string
	for line := range strings.Lines(log.String()) {
		var entry struct{ Level, Method, Route, Sunset, Link, Message string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(entry.Message, "removal of a route") {
			logged = append(logged, strings.Join([]string{entry.Level, entry.Method, entry.Route, entry.Sunset, entry.Link}, " "))
		}
	}
	if want := "warn GET /sessions 2027-01-31T00:00:00Z https://docs.example.com/moving"; len(logged) != 1 || logged[0] != want {
		t.Errorf("logged %q, want %q", logged, want)
	}
}
