// Package identity has the server's names, its icon and its repository, for clients,
// registries and people.
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

	// Description is a sentence about it, of the 100 characters that registries and server
	// cards allow.
	Description = "LangSmith's Insights Agent: reports over your traces, and the traces behind each finding."
)

// IconPNG is the server's icon, of 128 by 128 pixels.
//
//go:embed icon.png
var IconPNG []byte

// Icon returns the server's icon as a data URL. The tools have no icons: eighteen of them
// would be a quarter of the size that tools/list may have.
func Icon() mcp.Icon {
	return mcp.Icon{
		Src:      "data:image/png;base64," + base64.StdEncoding.EncodeToString(IconPNG),
		MIMEType: "image/png",
		Sizes:    []string{"128x128"},
	}
}
