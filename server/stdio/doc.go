// Package stdio serves MCP to one client over a pair of streams, with one JSON-RPC message
// per line.
//
// It differs from mcp-go's own transport: requests in flight at the end of the input still
// get their responses, the last line needs no newline, an immediate cancellation finds its
// call, progress precedes its result, and waiting calls do not keep others from being read.
package stdio
