package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// parseOrigins parses a list of browser origins.
func parseOrigins(value string) ([]string, error) {
	var origins []string
	for _, item := range splitList(value) {
		u, err := url.Parse(item)
		if err != nil || u.Scheme == "" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return nil, fmt.Errorf("want an origin such as https://app.example.com, not %q", item)
		}
		origins = append(origins, strings.ToLower(u.Scheme+"://"+u.Host))
	}
	return origins, nil
}

// parseHosts parses a list of Host headers. A host without a port matches any port.
func parseHosts(value string) ([]string, error) {
	var hosts []string
	for _, item := range splitList(value) {
		if strings.ContainsAny(item, "/@*") {
			return nil, fmt.Errorf("want a host such as mcp.example.com or mcp.example.com:8443, not %q", item)
		}
		if address := strings.Trim(item, "[]"); net.ParseIP(address) != nil {
			item = address
		}
		hosts = append(hosts, strings.ToLower(item))
	}
	return hosts, nil
}

// checkGuards finds authentication settings that would accept no request, or any.
func checkGuards(h HTTP) []error {
	var found []error
	for _, token := range h.AuthTokens {
		if strings.ContainsFunc(token.Reveal(), isInvalidInHeader) {
			found = append(found, Problem("--auth-token: a token has a space or another character that is not allowed in an Authorization header"))
		}
	}
	switch {
	case h.OAuthIssuer != "" && h.OAuthAudience == "":
		found = append(found, Problem("--oauth-audience: required with --oauth-issuer; without it a token that was issued for another service would be accepted"))
	case h.OAuthIssuer == "" && (h.OAuthAudience != "" || len(h.OAuthScopes) > 0):
		found = append(found, Problem("--oauth-issuer: required with --oauth-audience and --oauth-scope, which apply to its tokens"))
	}
	return found
}

// checkExposure finds settings by which anyone could use the operator's credentials. If
// there are no usable credentials, callers send their own.
func checkExposure(c *Config) []error {
	credentials, source := c.LangSmith.Credentials, c.LangSmith.Found.Credential
	if credentials.Empty() || c.LangSmith.CredentialError() != nil {
		return nil
	}
	var found []error
	h := c.HTTP
	if slices.Contains(h.AuthTokens, credentials.APIKey) || slices.Contains(h.AuthTokens, credentials.BearerToken) {
		found = append(found, Problem(fmt.Sprintf("--auth-token: a token is the same as %s, which callers must not know: generate another, for example with openssl rand -hex 32", source)))
	}
	guarded := len(h.AuthTokens) > 0 || h.OAuthIssuer != ""
	if h.Addr != "" && !guarded && !h.AllowUnauthenticated && !isLoopbackAddress(h.Addr) {
		found = append(found, Problem(fmt.Sprintf(
			"--addr: anyone who reaches %s could call with the credentials of %s: set --auth-token or --oauth-issuer, or unset the credentials so that callers send their own, or listen on 127.0.0.1; --allow-unauthenticated overrides this",
			h.Addr, source)))
	}
	return found
}

// isLoopbackAddress reports whether only this machine can reach an address.
func isLoopbackAddress(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopbackHost(host)
}

// isLoopbackHost reports whether a host is this machine: a loopback address or localhost.
func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
