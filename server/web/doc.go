// Package web serves MCP over HTTP: Streamable HTTP at /mcp in both protocol
// eras, the older HTTP+SSE at /sse and /message, and the probes.
//
// It guards what it serves. A request passes, in this order, the checks of its
// Host and Origin, of its bearer token, of the LangSmith credentials it brings,
// and of its size; what a message means is then mcp-go's to decide. Who calls
// is in the context from there on ([CallerFrom]), and the headers that held
// secrets are gone.
//
// Nothing is kept for a session of /mcp: its id says to whom it belongs, so
// that any replica can tell. What lives in one process are the calls in flight,
// and with them cancelling, questions to a person, and the standing streams.
package web
