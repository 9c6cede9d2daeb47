// Package server is the adapter between MCP and the tools: a [Backend], and its
// tools, prompts, resources, completion and elicitation as an MCP server. Package
// cli serves it.
package server
