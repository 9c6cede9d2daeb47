// Package app is the report as an MCP App: one page that hosts show inside the
// conversation, for the results of the tools that declare App.
//
// The page consists of HTML, CSS and JavaScript modules in the folder page. go generate
// builds page.html from them, one document that loads nothing. It has no data: the host
// passes it the tool's result, and it calls tools through the host for more.
package app

import _ "embed"

const (
	// Extension identifies MCP Apps in the capabilities of clients and servers.
	Extension = "io.modelcontextprotocol/ui"

	// URI is the page's resource.
	URI = "ui://langsmith-insights/report"

	// MIMEType is the MIME type of the page, and of the pages that a host says it renders.
	MIMEType = "text/html;profile=mcp-app"
)

//go:generate go run generate.go page.html
//go:embed page.html
var page string

// HTML returns the page.
func HTML() string { return page }

// Settings are a server's settings of the extension in its capabilities.
func Settings() map[string]any { return map[string]any{"mimeTypes": []string{MIMEType}} }

// ToolMeta is the _meta of a tool whose result the page shows.
//
// Every client gets it. It changes neither text nor structured content, and clients
// without the extension ignore an unknown _meta. The specification advises to send it
// only to clients that declare the extension. Hosts that render pages without declaring
// it (microsoft/vscode#291432) would then lose the page, and the list of tools would
// depend on the client, so that it could not be cached for all.
//
// The flat key is the older name of resourceUri. Some hosts read only that
// (czlonkowski/n8n-mcp#585), and the official library for servers sets both.
func ToolMeta() map[string]any {
	return map[string]any{
		"ui":             map[string]any{"resourceUri": URI},
		"ui/resourceUri": URI,
	}
}

// ResourceMeta is the _meta of the resource and of its contents: the page needs nothing
// from the network, and looks best with a border.
func ResourceMeta() map[string]any {
	return map[string]any{"ui": map[string]any{"csp": map[string]any{}, "prefersBorder": true}}
}
