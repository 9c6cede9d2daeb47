package server

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools"
)

// FilterTools picks the tools that the configuration lets through, and says
// what is wrong with it.
func FilterTools(cfg *config.Config) ([]tools.Tool, []config.Problem) {
	all := tools.All()
	var offered []tools.Tool
	var problems []config.Problem
	for _, tool := range all {
		if cfg.ReadOnly && tool.Effect != tools.Reads {
			continue
		}
		if len(cfg.Tools) == 0 || slices.Contains(cfg.Tools, tool.Name) || slices.Contains(cfg.Tools, tool.Toolset) {
			offered = append(offered, tool)
		}
	}
	for _, name := range cfg.Tools {
		i := slices.IndexFunc(all, func(t tools.Tool) bool { return t.Name == name })
		switch {
		case i >= 0 && cfg.ReadOnly && all[i].Effect != tools.Reads:
			problems = append(problems, config.Problem(fmt.Sprintf("--tools: %s %s, which --read-only forbids", name, all[i].Effect)))
		case i < 0 && !slices.ContainsFunc(all, func(t tools.Tool) bool { return t.Toolset == name }):
			problems = append(problems, config.Problem(fmt.Sprintf("--tools: there is no tool or toolset %q; toolsets are %s; tools are %s",
				name, strings.Join(names(all, func(t tools.Tool) string { return t.Toolset }), ", "), strings.Join(names(all, func(t tools.Tool) string { return t.Name }), ", "))))
		}
	}
	return offered, problems
}

func names(all []tools.Tool, of func(tools.Tool) string) []string {
	var list []string
	for _, tool := range all {
		if name := of(tool); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
