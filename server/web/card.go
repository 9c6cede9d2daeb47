package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/auth"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/identity"
)

// cardPath is the path of the server card: below that of the endpoint.
const cardPath = mcpPath + "/server-card"

// card is a server card (SEP-2127): the information that a client needs to connect. It is
// public. Of the configuration it shows only whether a token is required.
type card struct {
	Schema      string          `json:"$schema"`
	Name        string          `json:"name"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Version     string          `json:"version"`
	WebsiteURL  string          `json:"websiteUrl,omitempty"`
	Repository  *cardRepository `json:"repository,omitempty"`
	Icons       []mcp.Icon      `json:"icons"`
	Remotes     []cardRemote    `json:"remotes,omitempty"`
}

type cardRepository struct {
	URL    string `json:"url"`
	Source string `json:"source"`
}

type cardRemote struct {
	Type     string       `json:"type"`
	URL      string       `json:"url"`
	Headers  []cardHeader `json:"headers"`
	Versions []string     `json:"supportedProtocolVersions"`
}

type cardHeader struct {
	Name        string               `json:"name"`
	Description string               `json:"description"`
	Value       string               `json:"value,omitempty"`
	Variables   map[string]cardInput `json:"variables,omitempty"`
	Choices     []string             `json:"choices,omitempty"`
	IsRequired  bool                 `json:"isRequired,omitempty"`
	IsSecret    bool                 `json:"isSecret,omitempty"`
}

type cardInput struct {
	Description string `json:"description"`
	IsRequired  bool   `json:"isRequired"`
	IsSecret    bool   `json:"isSecret"`
}

// serveCard returns a handler that serves the card to pages of any origin. The card has an
// address only if the request's Host is allowed.
func serveCard(options Options) http.Handler {
	home := identity.ReadHome()
	common := card{
		Schema: "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
		Name:   home.ServerName(), Title: identity.Title, Description: identity.Description,
		Version: options.Version, WebsiteURL: home.Website(), Icons: []mcp.Icon{identity.Icon()},
	}
	if home.IsChosen() {
		common.Repository = &cardRepository{URL: home.URL(), Source: "github"}
	}
	policy := hostPolicy{hosts: options.Config.AllowHosts}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Allow-Methods", http.MethodGet)
		header.Set("Access-Control-Allow-Headers", "Content-Type, If-None-Match")
		header.Set("Access-Control-Expose-Headers", "ETag")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		c := common
		if address := publicAddress(options.Config, policy, r); address != "" {
			c.Remotes = []cardRemote{{
				Type: "streamable-http", URL: address,
				Headers: cardHeaders(options.Config), Versions: mcp.ValidProtocolVersions,
			}}
		}
		text, err := json.Marshal(c)
		if err != nil {
			panic(err) // cannot happen: a card can be encoded
		}
		header.Set("Content-Type", "application/mcp-server-card+json")
		header.Set("Cache-Control", "public, max-age=3600")
		header.Add("Vary", "X-Forwarded-Proto")
		header.Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(text)))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text)) // it handles If-None-Match
	})
}

// publicAddress returns the address of the endpoint: the operator's if it is configured,
// else the request's; "" if its Host is not allowed.
func publicAddress(c config.HTTP, policy hostPolicy, r *http.Request) string {
	if u, err := url.Parse(c.OAuthAudience); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), mcpPath) + mcpPath
		return u.String()
	}
	if !policy.allowsHost(r) {
		return ""
	}
	return auth.Origin(r) + mcpPath
}

// cardHeaders returns the headers that a client can or must send.
func cardHeaders(c config.HTTP) []cardHeader {
	headers := []cardHeader{
		{Name: keyHeaders[0], Description: "Your LangSmith API key. Without it, calls use the operator's key, if there is one.", IsSecret: true},
		{Name: workspaceHeaders[0], Description: "The UUID of the LangSmith workspace, for a key of several workspaces."},
		{Name: endpointHeaders[0], Description: "The LangSmith region that your key belongs to.", Choices: langsmith.Regions()},
	}
	if len(c.AuthTokens) > 0 && c.OAuthIssuer == "" {
		headers = append(headers, cardHeader{
			Name: "Authorization", Description: "The bearer token for this server.", IsRequired: true, IsSecret: true,
			Value: "Bearer {token}", Variables: map[string]cardInput{"token": {"A token from this server's operator.", true, true}},
		})
	}
	return headers
}
