package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// parseOrigins reads a list of origins, as browsers send them.
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

// parseHosts reads a list of what clients send as Host. One without a port stands
// for any port.
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

// checkGuards finds guards that would let nobody in, or anybody.
func checkGuards(h HTTP) []error {
	var found []error
	for _, token := range h.AuthTokens {
		if strings.ContainsFunc(token.Reveal(), outsideHeader) {
			found = append(found, Problem("--auth-token: a token holds a blank or another character that no Authorization header can carry"))
		}
	}
	switch {
	case h.OAuthIssuer != "" && h.OAuthAudience == "":
		found = append(found, Problem("--oauth-audience: needed beside --oauth-issuer, or a token that the issuer gave for any other service would be good here"))
	case h.OAuthIssuer == "" && (h.OAuthAudience != "" || len(h.OAuthScopes) > 0):
		found = append(found, Problem("--oauth-issuer: needed beside --oauth-audience and --oauth-scope, which say what its tokens must have"))
	}
	return found
}

// checkExposure finds ways for anybody to use the operator's credentials. Without
// any, or with a profile's that cannot be used, callers bring theirs.
func checkExposure(c *Config) []error {
	credentials, source := c.LangSmith.Credentials, c.LangSmith.Found.Credential
	if credentials.Empty() || c.LangSmith.CredentialError() != nil {
		return nil
	}
	var found []error
	h := c.HTTP
	if slices.Contains(h.AuthTokens, credentials.APIKey) || slices.Contains(h.AuthTokens, credentials.BearerToken) {
		found = append(found, Problem(fmt.Sprintf("--auth-token: a token is the same as %s, which callers must not learn: make one of its own, as with openssl rand -hex 32", source)))
	}
	guarded := len(h.AuthTokens) > 0 || h.OAuthIssuer != ""
	if h.Addr != "" && !guarded && !h.AllowUnauthenticated && !isLoopbackAddress(h.Addr) {
		found = append(found, Problem(fmt.Sprintf(
			"--addr: anybody who reaches %s could call on the credentials of %s: guard it with --auth-token or --oauth-issuer, or unset them so that callers bring theirs, or listen on 127.0.0.1; --allow-unauthenticated overrides this",
			h.Addr, source)))
	}
	return found
}

// isLoopbackAddress reports whether only this machine can reach an address.
func isLoopbackAddress(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopbackHost(host)
}

// isLoopbackHost reports whether a host is this machine. Of all names only
// localhost surely is.
func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
