// Package cli is the program's command line: its commands and flags, and what
// serves MCP over stdio and HTTP.
package cli
