package main

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/server/config"
)

// option is a setting that the host asks a person for.
type option struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Sensitive   bool   `json:"sensitive,omitempty"`
	Default     any    `json:"default,omitempty"`
}

// asked are the variables that the host asks for, of all that the server reads.
// None is required, because LangSmith's CLI may have a profile with a key, and
// none has a default, which would hide the profile's: a host that passes on the
// reference to an unset option as it stands (modelcontextprotocol/mcpb#250), or
// an empty text, sets nothing, since the server takes both for unset.
var asked = []struct {
	variable, title string
	sensitive       bool
}{
	{"LANGSMITH_API_KEY", "LangSmith API key", true},
	{"LANGSMITH_ENDPOINT", "LangSmith endpoint", false},
	{"LANGSMITH_WORKSPACE_ID", "Workspace ID", false},
	{"LANGSMITH_PROJECT", "Default project", false},
}

// switches are the flags that the host offers to turn on.
var switches = []struct{ flag, title string }{
	{"read-only", "Read only"},
	{"confirm", "Ask before money is spent"},
	{"hide-run-content", "Hide the content of runs"},
}

// userConfig returns the options and the environment that hands them on.
func userConfig() (map[string]option, map[string]string, error) {
	options, env := map[string]option{}, map[string]string{}
	add := func(variable string, o option) {
		key := strings.ToLower(variable)
		options[key], env[variable] = o, "${user_config."+key+"}"
	}
	known := config.Variables()
	for _, a := range asked {
		i := slices.IndexFunc(known, func(v config.Variable) bool { return v.Names[0] == a.variable })
		if i < 0 {
			return nil, nil, fmt.Errorf("the server reads no variable %s", a.variable)
		}
		meaning := sentence(strings.ReplaceAll(known[i].Meaning, "`", ""))
		add(a.variable, option{Type: "string", Title: a.title, Description: meaning, Sensitive: a.sensitive})
	}
	for _, s := range switches {
		setting, ok := config.LookupSetting(s.flag)
		if !ok || !setting.IsSwitch() || !setting.Of(config.Stdio) {
			return nil, nil, fmt.Errorf("the server has no switch --%s", s.flag)
		}
		add(setting.Variable(), option{Type: "boolean", Title: s.title, Description: sentence(setting.Meaning), Default: false})
	}
	return options, env, nil
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
