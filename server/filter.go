package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools"
)

// FilterTools returns the tools that --read-only and --tools let through. The
// error joins a [config.Problem] for each name that --tools should not have.
func FilterTools(cfg *config.Config) ([]tools.Tool, error) {
	all := tools.All()
	var served []tools.Tool
	for _, tool := range all {
		if cfg.ReadOnly && tool.Effect != tools.Reads {
			continue
		}
		if len(cfg.Tools) == 0 || slices.Contains(cfg.Tools, tool.Name) || slices.Contains(cfg.Tools, tool.Toolset) {
			served = append(served, tool)
		}
	}
	names, toolsets := toolNames(all), toolsetNames(all)
	var problems []error
	for _, name := range cfg.Tools {
		switch i := slices.Index(names, name); {
		case i >= 0 && cfg.ReadOnly && all[i].Effect != tools.Reads:
			problems = append(problems, config.Problem(fmt.Sprintf("--tools: %s %s, which --read-only forbids", name, all[i].Effect)))
		case i < 0 && !slices.Contains(toolsets, name):
			problems = append(problems, config.Problem(fmt.Sprintf("--tools: there is no tool or toolset %q; toolsets are %s; tools are %s",
				name, strings.Join(toolsets, ", "), strings.Join(names, ", "))))
		}
	}
	return served, errors.Join(problems...)
}

func toolNames(all []tools.Tool) (names []string) {
	for _, tool := range all {
		names = append(names, tool.Name)
	}
	return names
}

func toolsetNames(all []tools.Tool) (names []string) {
	for _, tool := range all {
		if !slices.Contains(names, tool.Toolset) {
			names = append(names, tool.Toolset)
		}
	}
	return names
}
