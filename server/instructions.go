package server

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"langsmith-insights-mcp/tools"
)

// instructionsText explains to a model how to use the tools together: in which order,
// what costs money and what takes long.
//
//go:embed instructions.md
var instructionsText string

// toolName matches a tool's name.
var toolName = regexp.MustCompile(`[a-z]+(?:_[a-z]+)+`)

// instructions returns the paragraphs that name only served tools.
func (b *Backend) instructions() string {
	all, served := toolNames(tools.All()), toolNames(b.tools)
	hidden := func(name string) bool { return slices.Contains(all, name) && !slices.Contains(served, name) }
	paragraphs := slices.DeleteFunc(strings.Split(strings.TrimSpace(instructionsText), "\n\n"), func(paragraph string) bool {
		return slices.ContainsFunc(toolName.FindAllString(paragraph, -1), hidden)
	})
	return strings.Join(paragraphs, " ")
}
