package main

import (
	"fmt"
	"strings"

	"langsmith-insights-mcp/deploy/release/project"
	"langsmith-insights-mcp/server/config"
)

// option is a setting that the host asks the user for.
type option struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Sensitive   bool   `json:"sensitive,omitempty"`
	Default     any    `json:"default,omitempty"`
}

// switches are the flags that the user can turn on.
var switches = []struct{ flag, title string }{
	{"read-only", "Read only"},
	{"confirm", "Ask before money is spent"},
	{"hide-run-content", "Hide the content of runs"},
}

// userConfig returns the options, and the environment that passes them to the server. For
// an unset option a host may pass the reference unreplaced (modelcontextprotocol/mcpb#250).
func userConfig() (map[string]option, map[string]string, error) {
	options, env := map[string]option{}, map[string]string{}
	add := func(variable string, o option) {
		key := strings.ToLower(variable)
		options[key], env[variable] = o, "${user_config."+key+"}"
	}
	settings, err := project.Settings()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range settings {
		add(s.Variable, option{Type: "string", Title: s.Title, Description: s.Meaning, Sensitive: s.Sensitive})
	}
	for _, s := range switches {
		setting, ok := config.LookupSetting(s.flag)
		if !ok || !setting.IsSwitch() || !setting.AppliesTo(config.Stdio) {
			return nil, nil, fmt.Errorf("the server has no switch --%s", s.flag)
		}
		add(setting.Variable(), option{Type: "boolean", Title: s.title, Description: project.Sentence(setting.Meaning), Default: false})
	}
	return options, env, nil
}
