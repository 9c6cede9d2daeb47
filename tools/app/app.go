// Package app is the report as an MCP App: one page that hosts show inside the
// conversation, for the results of the tools that declare App.
//
// The page is plain HTML, CSS and JavaScript modules in the folder page; go generate
// makes page.html out of them, one document that loads nothing. It has no data: the
// host passes it the tool's result, and it calls tools through the host for more.
package app

import _ "embed"

const (
	// Extension identifies MCP Apps in the capabilities of clients and servers.
	Extension = "io.modelcontextprotocol/ui"

	// URI is the page's resource.
	URI = "ui://langsmith-insights/report"

	// MIMEType is what the page is served as, and what a host says it renders.
	MIMEType = "text/html;profile=mcp-app"
)

//go:generate go run generate.go page.html
//go:embed page.html
var page string

// HTML returns the page.
func HTML() string { return page }

// Settings are what a server says of the extension in its capabilities.
func Settings() map[string]any { return map[string]any{"mimeTypes": []string{MIMEType}} }

// ToolMeta is the _meta of a tool whose result the page shows.
//
// It is there for every client, and changes neither text nor structured content.
// Clients without the extension ignore a _meta they do not know. Asking for the
// extension first, as the specification advises where there is a plain variant
// of a tool to offer instead, would lose hosts that render pages and do not say
// so (microsoft/vscode#291432), and would make the list of tools depend on who
// asks, so that it could no longer be cached for all.
//
// The flat key is the older name of resourceUri; some hosts read no other
// (czlonkowski/n8n-mcp#585), and the official library for servers sets both.
func ToolMeta() map[string]any {
	return map[string]any{
		"ui":             map[string]any{"resourceUri": URI},
		"ui/resourceUri": URI,
	}
}

// ResourceMeta is the _meta of the resource and of its contents: the page needs
// nothing from the network, and looks best with an edge.
func ResourceMeta() map[string]any {
	return map[string]any{"ui": map[string]any{"csp": map[string]any{}, "prefersBorder": true}}
}
