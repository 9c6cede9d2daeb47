// Package tools is the tools that an agent sees, one file a tool.
//
// A tool is a declaration and a function. The declaration has its name, its purpose and
// its effect. The function gets a context, a [tool.Env] with its dependencies, and its
// arguments, and returns a result or an error. Package [tool] derives the rest: JSON
// Schemas, the checking of arguments, annotations, and the rendering of results inside
// their budget.
//
// Code that several tools share is in the packages below. None of them depends on MCP or
// a transport.
package tools
