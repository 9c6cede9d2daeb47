package main

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"

	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// skillName is the name of the skill and of its folder.
const skillName = "langsmith-insights"

//go:embed skill.md.tmpl
var skillText string

// skill returns SKILL.md: the template with the tools of the registry.
func skill() ([]byte, error) {
	parsed, err := template.New(skillName).Parse(skillText)
	if err != nil {
		return nil, err
	}
	names := func(effect tool.Effect) string {
		var all []string
		for _, t := range tools.All() {
			if t.Effect == effect {
				all = append(all, "`"+t.Name+"`")
			}
		}
		return strings.Join(all, ", ")
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, map[string]any{
		"Name": skillName, "Tools": tools.All(), "Spends": names(tool.Spends), "Destroys": names(tool.Destroys),
	})
	return out.Bytes(), err
}
