package profile

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
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

// metadata is the part of an authorization server's description (RFC 8414) that
// is used.
type metadata struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
	DeviceURL     string `json:"device_authorization_endpoint"`
}

// tokenEndpoint finds where tokens are renewed: as the endpoint's own metadata
// says, or else at oauth/token below the endpoint.
func (l *Login) tokenEndpoint(ctx context.Context, apiURL string) string {
	mount := mountOf(apiURL)
	for _, base := range metadataBases(mount) {
		for _, address := range metadataURLs(base) {
			if found, ok := l.readMetadata(ctx, address); ok && found.isTrusted(base) {
				return found.TokenEndpoint
			}
		}
	}
	return mount + "/oauth/token"
}

// mountOf is an endpoint as users write it, without what may follow it.
func mountOf(apiURL string) string {
	if apiURL == "" {
		apiURL = langsmith.DefaultEndpoint
	}
	return strings.TrimSuffix(strings.TrimRight(apiURL, "/"), "/api/v1")
}

// metadataBases are the addresses that an endpoint's authorization server may
// have: the endpoint itself, below /api, and without it.
func metadataBases(mount string) []string {
	origin := strings.TrimSuffix(mount, "/api")
	var bases []string
	for _, base := range []string{mount, origin + "/api", origin} {
		if !slices.Contains(bases, base) {
			bases = append(bases, base)
		}
	}
	return bases
}

// metadataURLs are where an issuer's metadata is: RFC 8414 inserts the
// well-known path before the issuer's own; many append it.
func metadataURLs(base string) []string {
	appended := base + wellKnown
	u, err := url.Parse(base)
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

// isTrusted reports whether the metadata is the base's own. The refresh token is
// sent to the endpoint that it names: so its issuer must be the address that was
// asked, and its endpoints on the same origin.
func (m metadata) isTrusted(base string) bool {
	if strings.TrimRight(m.Issuer, "/") != strings.TrimRight(base, "/") {
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
