// Package tools is the tools that an agent sees, one file a tool.
//
// A tool is a declaration and a function. The declaration names it, says what it is
// for and what it does to the world. The function gets a context, a [tool.Env] with
// what it works with, and its arguments, and returns a result or an error. Package
// [tool] derives the rest: JSON Schemas, the checking of arguments, annotations, and
// the rendering of results inside their budget.
//
// What several tools show, start or say is in the packages beside. None of them knows
// MCP or a transport.
package tools
