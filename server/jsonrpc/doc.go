// Package jsonrpc is the common part of the transports: it reads a JSON-RPC message once,
// dispatches it to mcp-go, and writes the response.
//
// Over every transport, [Read] reads a message. [PendingRequests] gets a client's response,
// and [Handler.Handle] any other message; the transport writes its [Response]. A client with
// one stream for all its responses also has [Calls], for cancelling. For mcp-go the client
// is a [Session].
//
// mcp-go's own transports decode ids and progress tokens into float64, treat 7 and "7" as
// the same id, and send nothing for a response that cannot be encoded. This package keeps
// the promise that every request gets a response under its own id, to the byte.
package jsonrpc
