package auth

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/identity"
)

// MetadataPath is the path of the protected resource metadata. The path of the resource
// follows it (RFC 9728, section 3.1).
const MetadataPath = mcpserver.WellKnownProtectedResourcePath

// metadata is the protected resource metadata, which tells clients the issuer of this
// server's tokens (RFC 9728).
type metadata struct {
	issuer    *issuer
	audience  string
	scopes    []string
	endpoints []string
}

// Metadata returns the handler of [MetadataPath] and the paths below it; nil without an
// issuer.
func (g *Guard) Metadata() http.Handler {
	if g.metadata == nil {
		return nil
	}
	return g.metadata
}

// ServeHTTP serves the metadata of the whole server, of the audience's path and of each
// endpoint.
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
		ResourceName:           identity.Title,
		ResourceDocumentation:  identity.ReadHome().Website(),
	}).ServeHTTP(w, r)
}

// address returns the address of a request's metadata. It has the path of the audience if
// the audience is a URL, since a proxy may change the path of requests; else the path of
// the request.
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

// absoluteURL parses an audience; nil if it is not an absolute URL.
func absoluteURL(audience string) *url.URL {
	u, err := url.Parse(audience)
	if err != nil || !u.IsAbs() || u.Host == "" {
		return nil
	}
	return u
}

// Origin returns the origin that the client used. A proxy that terminates TLS says so in
// X-Forwarded-Proto, to which further proxies append. A forged header affects only the
// response to its sender.
func Origin(r *http.Request) string {
	scheme := "http"
	forwarded, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	if r.TLS != nil || strings.EqualFold(strings.TrimSpace(forwarded), "https") {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
