// Package server builds the MCP server out of the tools, serves it over stdio
// and HTTP, and is the program's command line.
package server
