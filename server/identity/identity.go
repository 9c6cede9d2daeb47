// Package identity says who the server is, to clients, registries and people: its
// names, its icon and where it lives.
package identity

import (
	_ "embed"
	"encoding/base64"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// Name is the server's name in the protocol.
	Name = "langsmith-insights"

	// Title is its name for people.
	Title = "LangSmith Insights"

	// Description is what it does, in the 100 characters that registries and server
	// cards have room for.
	Description = "LangSmith's Insights Agent: reports over your traces, and the traces behind each finding."
)

// IconPNG is the server's icon, of 128 by 128 pixels.
//
//go:embed icon.png
var IconPNG []byte

// Icon returns the server's icon, which no client has to fetch. The tools have none of
// their own: eighteen of them would take a quarter of what tools/list may have.
func Icon() mcp.Icon {
	return mcp.Icon{
		Src:      "data:image/png;base64," + base64.StdEncoding.EncodeToString(IconPNG),
		MIMEType: "image/png",
		Sizes:    []string{"128x128"},
	}
}
