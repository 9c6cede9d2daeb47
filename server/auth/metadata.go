package auth

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	mcpserver "github.com/mark3labs/mcp-go/server"
)

// MetadataPath is where a server without a path has its metadata; a path is
// appended to it (RFC 9728, section 3.1).
const MetadataPath = mcpserver.WellKnownProtectedResourcePath

// metadata tells clients which issuer gives tokens for this server (RFC 9728).
type metadata struct {
	issuer    *issuer
	audience  string
	scopes    []string
	endpoints []string
}

// Metadata serves the metadata at and below [MetadataPath]; it is nil without an
// issuer.
func (g *Guard) Metadata() http.Handler {
	if g.metadata == nil {
		return nil
	}
	return g.metadata
}

// ServeHTTP publishes the metadata for the whole server, for the audience's path and
// for each endpoint.
func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, MetadataPath)
	resource := Origin(r) + path
	known := path == "" || slices.Contains(m.endpoints, path)
	if audience := absoluteURL(m.audience); audience != nil {
		resource = m.audience
		known = known || path == audience.Path
	}
	if !known {
		http.NotFound(w, r)
		return
	}
	mcpserver.NewProtectedResourceMetadataHandler(mcpserver.ProtectedResourceMetadataConfig{
		Resource:               resource,
		AuthorizationServers:   []string{m.issuer.name()},
		ScopesSupported:        m.scopes,
		BearerMethodsSupported: []string{"header"},
		ResourceName:           "LangSmith Insights",
	}).ServeHTTP(w, r)
}

// address is where the metadata for a request is: below the audience's path where
// the audience is an address, since that path may differ from the one that a proxy
// passes on; else below the requested one.
func (m *metadata) address(r *http.Request) string {
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	if audience := absoluteURL(m.audience); audience != nil {
		path = audience.EscapedPath()
	}
	if path == "/" {
		path = ""
	}
	return Origin(r) + MetadataPath + path
}

// absoluteURL parses an audience; nil for one that is only a name.
func absoluteURL(audience string) *url.URL {
	u, err := url.Parse(audience)
	if err != nil || !u.IsAbs() || u.Host == "" {
		return nil
	}
	return u
}

// Origin is the address that the client used. A proxy that ends TLS says so in a
// header, to which each further proxy appends; the answer goes to that client alone.
func Origin(r *http.Request) string {
	scheme := "http"
	forwarded, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	if r.TLS != nil || strings.EqualFold(strings.TrimSpace(forwarded), "https") {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
