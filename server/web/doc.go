// Package web serves MCP over HTTP: Streamable HTTP at /mcp, with and without sessions,
// the older HTTP+SSE at /sse and /message, and the probes.
//
// It checks a request's Host and Origin, then its bearer token, its LangSmith credentials
// and its size. The caller is in the context afterwards ([CallerFrom]), and the headers
// with secrets are removed. mcp-go handles the message.
//
// A session of /mcp has no state in the server: its id is bound to its owner, so that any
// replica can check it. One process has the calls in flight, and so cancelling, questions
// to a person, and the standing streams.
package web
