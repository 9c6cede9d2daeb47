package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// setAllowOrigins takes origins as browsers send them.
func setAllowOrigins(c *Config, value string) error {
	var origins []string
	for _, item := range splitList(value) {
		u, err := url.Parse(item)
		if err != nil || u.Scheme == "" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return fmt.Errorf("want an origin such as https://app.example.com, not %q", item)
		}
		origins = append(origins, strings.ToLower(u.Scheme+"://"+u.Host))
	}
	c.HTTP.AllowOrigins = origins
	return nil
}

// setAllowHosts takes the names that clients use, with a port or for any.
func setAllowHosts(c *Config, value string) error {
	var hosts []string
	for _, item := range splitList(value) {
		if strings.ContainsAny(item, "/@*") {
			return fmt.Errorf("want a host such as mcp.example.com or mcp.example.com:8443, not %q", item)
		}
		if address := strings.Trim(item, "[]"); net.ParseIP(address) != nil {
			item = address
		}
		hosts = append(hosts, strings.ToLower(item))
	}
	c.HTTP.AllowHosts = hosts
	return nil
}

// checkGuards finds guards that would let nobody in, or the wrong ones.
func checkGuards(c *Config) []Problem {
	var problems []Problem
	h := &c.HTTP
	for _, token := range h.AuthTokens {
		if strings.ContainsFunc(token.Reveal(), func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			problems = append(problems, "--auth-token: a token holds a blank or another character that no Authorization header can carry")
		}
	}
	switch {
	case h.OAuthIssuer != "" && h.OAuthAudience == "":
		problems = append(problems, "--oauth-audience: needed beside --oauth-issuer, or a token that the issuer gave for any other service would be good here")
	case h.OAuthIssuer == "" && (h.OAuthAudience != "" || len(h.OAuthScopes) > 0):
		problems = append(problems, "--oauth-issuer: needed beside --oauth-audience and --oauth-scope, which say what its tokens must have")
	}
	return problems
}

// checkExposure finds ways in which the operator's key would be anybody's.
func checkExposure(c *Config) []Problem {
	credentials := c.LangSmith.Credentials
	if credentials.Empty() {
		return nil // callers bring theirs
	}
	var problems []Problem
	h := &c.HTTP
	if slices.Contains(h.AuthTokens, credentials.APIKey) || slices.Contains(h.AuthTokens, credentials.BearerToken) {
		problems = append(problems, Problem(fmt.Sprintf("--auth-token: a token is the same as %s, which callers must not learn: make one of its own, as with openssl rand -hex 32", c.LangSmith.Found.Credential)))
	}
	guarded := len(h.AuthTokens) > 0 || h.OAuthIssuer != ""
	if h.Addr != "" && !guarded && !h.AllowUnauthenticated && !isLoopbackAddress(h.Addr) {
		problems = append(problems, Problem(fmt.Sprintf(
			"--addr: anybody who reaches %s could call on the key of %s: guard it with --auth-token or --oauth-issuer, or unset the key so that callers bring theirs, or listen on 127.0.0.1; --allow-unauthenticated overrides this",
			h.Addr, c.LangSmith.Found.Credential)))
	}
	return problems
}

// isLoopbackAddress reports whether only this machine can reach an address. A
// name is believed only where it is the usual one.
func isLoopbackAddress(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopbackHost(host)
}
