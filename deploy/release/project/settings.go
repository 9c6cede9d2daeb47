package project

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/server/config"
)

// Setting is a variable that a host asks a person for.
type Setting struct {
	Variable, Title, Meaning string
	Sensitive                bool
}

// asked are the variables that hosts ask for, of all that the server reads.
var asked = []Setting{
	{Variable: "LANGSMITH_API_KEY", Title: "LangSmith API key", Sensitive: true},
	{Variable: "LANGSMITH_ENDPOINT", Title: "LangSmith endpoint"},
	{Variable: "LANGSMITH_WORKSPACE_ID", Title: "Workspace ID"},
	{Variable: "LANGSMITH_PROJECT", Title: "Default project"},
}

// Settings returns the settings that hosts ask a person for. None is required, because
// LangSmith's CLI may have a profile with a key, and none has a default, which would
// hide the profile's: the server takes an empty text, and the reference to an unset
// option, for unset.
func Settings() ([]Setting, error) {
	known := config.Variables()
	settings := slices.Clone(asked)
	for i, s := range settings {
		j := slices.IndexFunc(known, func(v config.Variable) bool { return v.Names[0] == s.Variable })
		if j < 0 {
			return nil, fmt.Errorf("the server reads no variable %s", s.Variable)
		}
		settings[i].Meaning = Sentence(strings.ReplaceAll(known[j].Meaning, "`", ""))
	}
	return settings, nil
}

// Sentence makes a sentence of a setting's meaning.
func Sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
