package auth

import (
	"net/http"
	"net/url"
	"strings"

	mcpserver "github.com/mark3labs/mcp-go/server"
)

// resourceMetadata tells clients which issuer gives tokens for this server (RFC
// 9728).
type resourceMetadata struct {
	issuer    string
	audience  string
	scopes    []string
	endpoints []string
}

// HandleMetadata publishes the metadata for the whole server and for each endpoint.
func (g *Guard) HandleMetadata(mux *http.ServeMux) {
	if g.metadata == nil {
		return
	}
	for _, path := range append([]string{""}, g.metadata.endpoints...) {
		mux.Handle(mcpserver.WellKnownProtectedResourcePath+path, g.metadata)
	}
}

// resource is this server's name as a protected resource: the audience where
// that is an address, else where the request was sent to, as the client knows it.
func (m *resourceMetadata) resource(r *http.Request, path string) string {
	if u, err := url.Parse(m.audience); err == nil && u.IsAbs() && u.Host != "" {
		return m.audience
	}
	return origin(r) + path
}

// address is where the metadata of the requested endpoint is.
func (m *resourceMetadata) address(r *http.Request) string {
	return origin(r) + mcpserver.WellKnownProtectedResourcePath + r.URL.Path
}

// ServeHTTP publishes the metadata, for the whole server and for each endpoint.
func (m *resourceMetadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, mcpserver.WellKnownProtectedResourcePath)
	mcpserver.NewProtectedResourceMetadataHandler(mcpserver.ProtectedResourceMetadataConfig{
		Resource:               m.resource(r, path),
		AuthorizationServers:   []string{m.issuer},
		ScopesSupported:        m.scopes,
		BearerMethodsSupported: []string{"header"},
		ResourceName:           "LangSmith Insights",
	}).ServeHTTP(w, r)
}

// origin is the address that a client used, as far as can be told: a proxy that
// ends TLS says so in a header. It goes back to that client alone.
func origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
