// Package tasks implements MCP's tasks extension, with which a client polls for the result
// of a tools/call instead of waiting for the response. mcp-go does not implement it.
//
// Nothing is stored. The id of a task is the encrypted call, with a key derived from its
// caller's credentials. So any replica and a restarted process can answer for it, and
// nobody can forge one. Each tasks/get makes the call again, with the credentials of the
// request, as a call that does not wait.
package tasks
