package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// rejection is the error of a request without a valid token.
type rejection struct {
	status int
	code   string // the error code of RFC 6750; empty for a request without a token
	text   string
}

func (r *rejection) Error() string { return r.text }

func invalidToken(text string) error {
	return &rejection{http.StatusUnauthorized, "invalid_token", text}
}

// Challenge returns the status and the text of the response to an error of
// [Guard.Authenticate]. It sets the headers from which MCP clients find the issuer (RFC
// 6750, RFC 9728).
func (g *Guard) Challenge(header http.Header, r *http.Request, err error) (status int, text string) {
	var rejected *rejection
	if !errors.As(err, &rejected) {
		header.Set("Retry-After", "5")
		return http.StatusServiceUnavailable, "the token cannot be checked now: its issuer does not respond; try again in a moment"
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
