// Package project has the common data of a release: its version and commit, as recorded in
// the programs, the names of its files, and the settings that hosts ask for.
package project

// Name is the program's name, with which the files of a release begin.
const Name = "langsmith-insights-mcp"

// Keywords are the keywords for catalogues of servers.
var Keywords = []string{"langsmith", "insights", "traces", "observability"}

// Authors is the name in LICENSE.
const Authors = "The langsmith-insights-mcp authors"
