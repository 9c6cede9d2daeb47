package project

import (
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/server/config"
)

// Setting is a variable that a host asks the user for.
type Setting struct {
	Variable, Title, Meaning string
	Sensitive                bool
}

// userSettings are those of the server's variables that hosts ask the user for.
var userSettings = []Setting{
	{Variable: "LANGSMITH_API_KEY", Title: "LangSmith API key", Sensitive: true},
	{Variable: "LANGSMITH_ENDPOINT", Title: "LangSmith endpoint"},
	{Variable: "LANGSMITH_WORKSPACE_ID", Title: "Workspace ID"},
	{Variable: "LANGSMITH_PROJECT", Title: "Default project"},
}

// Settings returns the settings that hosts ask the user for. None is required, because the
// profile of LangSmith's CLI may have a key. None has a default, because that would override
// the profile; the server treats an empty value and an unreplaced reference as unset.
func Settings() ([]Setting, error) {
	known := config.Variables()
	settings := slices.Clone(userSettings)
	for i, s := range settings {
		j := slices.IndexFunc(known, func(v config.Variable) bool { return v.Names[0] == s.Variable })
		if j < 0 {
			return nil, fmt.Errorf("the server reads no variable %s", s.Variable)
		}
		settings[i].Meaning = Sentence(strings.ReplaceAll(known[j].Meaning, "`", ""))
	}
	return settings, nil
}

// Sentence turns a setting's meaning into a sentence.
func Sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
