package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// FilterTools returns the tools that --read-only and --tools allow. The error joins a
// [config.Problem] for each invalid name in --tools.
func FilterTools(cfg *config.Config) ([]tool.Tool, error) {
	all := tools.All()
	var served []tool.Tool
	for _, t := range all {
		if cfg.ReadOnly && t.Effect != tool.Reads {
			continue
		}
		if len(cfg.Tools) == 0 || slices.Contains(cfg.Tools, t.Name) || slices.Contains(cfg.Tools, t.Toolset) {
			served = append(served, t)
		}
	}
	names, toolsets := toolNames(all), toolsetNames(all)
	var problems []error
	for _, name := range cfg.Tools {
		switch i := slices.Index(names, name); {
		case i >= 0 && cfg.ReadOnly && all[i].Effect != tool.Reads:
			problems = append(problems, config.Problem(fmt.Sprintf("--tools: %s %s, which --read-only forbids", name, all[i].Effect)))
		case i < 0 && !slices.Contains(toolsets, name):
			problems = append(problems, config.Problem(fmt.Sprintf("--tools: there is no tool or toolset %q; toolsets are %s; tools are %s",
				name, strings.Join(toolsets, ", "), strings.Join(names, ", "))))
		}
	}
	return served, errors.Join(problems...)
}

func toolNames(all []tool.Tool) (names []string) {
	for _, t := range all {
		names = append(names, t.Name)
	}
	return names
}

func toolsetNames(all []tool.Tool) (names []string) {
	for _, t := range all {
		if !slices.Contains(names, t.Toolset) {
			names = append(names, t.Toolset)
		}
	}
	return names
}
