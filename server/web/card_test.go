package web_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
)

const cardPath = "/mcp/server-card"

// cardSchema is the published schema of a server card.
func cardSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open("testdata/server-card.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("card", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("card")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// serverCard is the part of a card that the tests read.
type serverCard struct {
	Title, Description, Version string
	Icons                       []mcp.Icon
	Remotes                     []struct {
		URL                       string
		SupportedProtocolVersions []string
		Headers                   []struct {
			Name                 string
			IsRequired, IsSecret bool
		}
	}
}

// readCard reads a card and checks that it is valid, public and without secrets.
func readCard(t *testing.T, f *fixture, h headers) serverCard {
	t.Helper()
	got := f.do(f.request(http.MethodGet, cardPath, h, ""))
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/mcp-server-card+json" ||
		got.header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(got.header.Get("Cache-Control"), "public") {
		t.Fatalf("%d %v\n%s", got.status, got.header, got.body)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	schema := cardSchema(t)
	if err := schema.Validate(document); err != nil {
		t.Errorf("%v\n%s", err, got.body)
	}
	if document.(map[string]any)["name"] = "no slash"; schema.Validate(document) == nil {
		t.Error("the schema accepts an invalid name, so it checks nothing")
	}
	for _, secret := range []string{secretMark, f.workspace.String(), "langsmith.test"} {
		if strings.Contains(got.body, secret) {
			t.Errorf("the card has %s:\n%s", secret, got.body)
		}
	}
	var card serverCard
	if err := json.Unmarshal([]byte(got.body), &card); err != nil {
		t.Fatal(err)
	}
	again := f.do(f.request(http.MethodGet, cardPath, h.with(headers{"If-None-Match": got.header.Get("ETag")}), ""))
	if again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("an unchanged card is sent again: %d", again.status)
	}
	return card
}

// TestServerCardIsPublic reads the card of a server with authentication, without credentials.
// The card describes the headers to send them.
func TestServerCardIsPublic(t *testing.T) {
	f := start(t, options{config: func(c *config.Config) {
		c.HTTP.AuthTokens, c.HTTP.AllowHosts = []langsmith.Secret{tokenA}, []string{"mcp.example.com"}
	}})
	card := readCard(t, f, headers{"Host": "mcp.example.com", "X-Forwarded-Proto": "https", "Origin": "https://registry.example"})
	if len(card.Remotes) != 1 || card.Remotes[0].URL != "https://mcp.example.com/mcp" {
		t.Fatalf("%+v", card)
	}
	bring := map[string]bool{}
	for _, h := range card.Remotes[0].Headers {
		bring[h.Name] = h.IsRequired
		if secret := h.Name == "X-API-Key" || h.Name == "Authorization"; h.IsSecret != secret {
			t.Errorf("%s: secret %v", h.Name, h.IsSecret)
		}
	}
	if required, named := bring["X-API-Key"]; !named || required || !bring["Authorization"] {
		t.Errorf("the headers are %v", bring)
	}
	if foreign := readCard(t, f, headers{"Host": "attacker.example"}); foreign.Remotes != nil {
		t.Errorf("the card repeats a host that is not allowed: %+v", foreign.Remotes)
	}
	if got := f.do(f.request(http.MethodPost, cardPath, nil, "{}")); got.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", got.status)
	}
}

// TestServerCardAddress checks the address that the operator has configured, for a proxy that
// removes a part of the path.
func TestServerCardAddress(t *testing.T) {
	i := startIssuer(t, oidcPlace)
	for audience, want := range map[string]string{
		"https://mcp.example.com/insights/mcp": "https://mcp.example.com/insights/mcp", "https://mcp.example.com/insights/": "https://mcp.example.com/insights/mcp",
		"https://mcp.example.com": "https://mcp.example.com/mcp",
	} {
		f := start(t, options{config: func(c *config.Config) { c.HTTP.OAuthIssuer, c.HTTP.OAuthAudience = i.URL, audience }})
		if card := readCard(t, f, nil); len(card.Remotes) != 1 || card.Remotes[0].URL != want {
			t.Errorf("%s: %+v", audience, card.Remotes)
		}
	}
}

// TestServerCardMatchesDiscover compares the card with server/discover.
func TestServerCardMatchesDiscover(t *testing.T) {
	f := start(t, options{})
	card := readCard(t, f, nil)
	got := f.post("/mcp", headers{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "server/discover"},
		`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`)
	var answer struct {
		Result struct {
			SupportedVersions []string
			Meta              map[string]json.RawMessage `json:"_meta"`
			ServerInfo        struct {
				Title, Description, Version string
				Icons                       []mcp.Icon
			}
		}
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	if info := answer.Result.Meta["io.modelcontextprotocol/serverInfo"]; info != nil {
		if err := json.Unmarshal(info, &answer.Result.ServerInfo); err != nil {
			t.Fatal(err)
		}
	}
	said := answer.Result.ServerInfo
	if card.Title != said.Title || card.Description != said.Description || card.Version != said.Version || len(said.Icons) != 1 || !slices.EqualFunc(card.Icons, said.Icons, func(a, b mcp.Icon) bool { return a.Src == b.Src }) {
		t.Errorf("the card has %+v, the server %s", card, got.body)
	}
	if !slices.Equal(card.Remotes[0].SupportedProtocolVersions, answer.Result.SupportedVersions) {
		t.Errorf("the card has the versions %v, the server %v", card.Remotes[0].SupportedProtocolVersions, answer.Result.SupportedVersions)
	}
}
