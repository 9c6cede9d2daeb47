// Package jsonrpc is what the transports share: it reads a message of JSON-RPC
// once, has mcp-go answer it, and writes the response.
//
// A message goes one way over every transport: [Read], then an answer of the
// client's to [PendingRequests], and everything else to [Handler.Handle], whose
// [Response] the transport writes. A client with one stream for all its responses
// has [Calls] besides, to cancel them by. The client is a [Session] to mcp-go.
//
// mcp-go has transports of its own. They decode ids and progress tokens into
// float64, take 7 and "7" for one id, and answer what cannot be encoded with
// nothing, where the promise is that every request gets its response under its own
// id, to the byte. What a request means stays mcp-go's to decide.
package jsonrpc
