// Package stdio serves MCP to one client over a pair of streams, a JSON-RPC
// message a line.
//
// mcp-go brings a transport of its own, from which this one differs where a
// client would notice: requests that are in flight when the input ends still
// get their answers, a last line needs no newline, a cancellation that follows
// its call at once finds it, a progress notification is written before the
// result it leads to, and no number of waiting calls keeps others from being
// read. What a request means stays mcp-go's to decide.
package stdio
