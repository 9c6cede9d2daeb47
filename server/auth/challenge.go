package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// rejection is the error for a request whose token does not let it in.
type rejection struct {
	status int
	code   string // RFC 6750's, for clients; empty where the token is not at fault
	text   string
}

func (r *rejection) Error() string { return r.text }

func invalidToken(text string) error {
	return &rejection{http.StatusUnauthorized, "invalid_token", text}
}

// Challenge returns the status and the text that answer an error of
// [Guard.Authenticate], and sets the headers that lead MCP clients to the issuer
// (RFC 6750, RFC 9728).
func (g *Guard) Challenge(header http.Header, r *http.Request, err error) (status int, text string) {
	var rejected *rejection
	if !errors.As(err, &rejected) {
		header.Set("Retry-After", "5")
		return http.StatusServiceUnavailable, "the token cannot be checked now: its issuer does not answer; try again in a moment"
	}
	parameters := []string{`realm="langsmith-insights-mcp"`}
	add := func(name, value string) {
		if value != "" {
			parameters = append(parameters, fmt.Sprintf("%s=%q", name, value))
		}
	}
	if rejected.code != "" {
		add("error", rejected.code)
		add("error_description", rejected.text)
	}
	if g.metadata != nil {
		add("scope", strings.Join(g.metadata.scopes, " "))
		add("resource_metadata", g.metadata.address(r))
	}
	header.Set("WWW-Authenticate", "Bearer "+strings.Join(parameters, ", "))
	return rejected.status, rejected.text
}
