// Package tasks serves MCP's tasks extension, by which a client polls for the result
// of a tools/call rather than hold the call open. mcp-go has no part of it.
//
// Nothing is stored. The id of a task is the call itself, sealed with a key that only
// its caller's credentials give: any replica answers for it, a restarted process does
// too, and nobody can make one up. Each tasks/get makes the call again, with the
// credentials of who asks, as a call that does not wait.
package tasks
