// Package tools is what an agent sees: one file a tool, and how a tool is
// defined.
//
// A tool is a declaration and a function. The declaration names it, says what
// it is for and what it does to the world; the function takes a context, an
// [Env] with everything it may work with, and its arguments, and returns a
// result or an error. JSON Schemas, the checking of arguments, annotations, the
// rendering of results inside their budget and the tool table of the
// documentation are all derived from that.
//
// The package knows nothing of MCP's wire and nothing of transports.
package tools
