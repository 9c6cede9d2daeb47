// Package project knows what everything that is released has in common: what a built
// program says of itself, and how the files of a release are called.
package project

// Name is the program's name, and the beginning of every file of a release.
const Name = "langsmith-insights-mcp"

// Authors is the name that stands in LICENSE.
const Authors = "The langsmith-insights-mcp authors"
