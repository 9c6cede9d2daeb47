package profile

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
)

const wellKnown = "/.well-known/oauth-authorization-server"

// The bounds of one metadata document.
const (
	discoveryTimeout = 5 * time.Second
	largestMetadata  = 64 << 10 // bytes
)

// metadata is the part of an authorization server's metadata (RFC 8414) that is used.
type metadata struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
	DeviceURL     string `json:"device_authorization_endpoint"`
}

// tokenEndpoint returns the token endpoint in the metadata of the API, or oauth/token
// below the API's address if there is no trusted metadata.
func (l *Login) tokenEndpoint(ctx context.Context, apiURL string) string {
	base := trimAPIPath(apiURL)
	for _, issuer := range possibleIssuers(base) {
		for _, address := range metadataURLs(issuer) {
			if found, ok := l.readMetadata(ctx, address); ok && found.isTrusted(issuer) {
				return found.TokenEndpoint
			}
		}
	}
	return base + "/oauth/token"
}

// trimAPIPath returns an endpoint without /api/v1 and trailing slashes.
func trimAPIPath(apiURL string) string {
	if apiURL == "" {
		apiURL = langsmith.DefaultEndpoint
	}
	return strings.TrimSuffix(strings.TrimRight(apiURL, "/"), "/api/v1")
}

// possibleIssuers lists the addresses that the authorization server of an endpoint may
// have: the endpoint, and the endpoint with and without /api.
func possibleIssuers(endpoint string) []string {
	origin := strings.TrimSuffix(endpoint, "/api")
	if endpoint == origin {
		return []string{origin, origin + "/api"}
	}
	return []string{endpoint, origin}
}

// metadataURLs lists the addresses that an issuer's metadata may have. RFC 8414 inserts
// the well-known path before the issuer's path; many servers append it.
func metadataURLs(issuer string) []string {
	appended := issuer + wellKnown
	u, err := url.Parse(issuer)
	if err != nil {
		return nil
	}
	inserted := u.Scheme + "://" + u.Host + wellKnown + strings.TrimSuffix(u.EscapedPath(), "/")
	if inserted == appended {
		return []string{inserted}
	}
	return []string{inserted, appended}
}

func (l *Login) readMetadata(ctx context.Context, address string) (metadata, bool) {
	ctx, cancel := context.WithTimeout(ctx, discoveryTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return metadata{}, false
	}
	request.Header.Set("Accept", "application/json")
	response, err := l.http.Do(request)
	if err != nil {
		return metadata{}, false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return metadata{}, false
	}
	var found metadata
	err = json.NewDecoder(io.LimitReader(response.Body, largestMetadata)).Decode(&found)
	return found, err == nil
}

// isTrusted reports whether the metadata names the requested issuer, and endpoints on its
// origin. The refresh token is sent to one of them.
func (m metadata) isTrusted(requested string) bool {
	if strings.TrimRight(m.Issuer, "/") != strings.TrimRight(requested, "/") {
		return false
	}
	issuer, err := url.Parse(m.Issuer)
	if err != nil {
		return false
	}
	for _, endpoint := range []string{m.TokenEndpoint, m.DeviceURL} {
		u, err := url.Parse(endpoint)
		if err != nil || u.Scheme != issuer.Scheme || u.Host != issuer.Host || u.User != nil {
			return false
		}
	}
	return true
}
