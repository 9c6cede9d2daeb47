package install

import (
	"regexp"
	"slices"
	"strings"
)

const redacted = "[redacted]"

// keyVariable is the variable that the server reads its key from.
const keyVariable = "LANGSMITH_API_KEY"

// credentials are the variables that hold a credential of LangSmith's.
var credentials = []string{keyVariable, "LANGCHAIN_API_KEY", "LANGSMITH_BEARER_TOKEN", "LANGCHAIN_BEARER_TOKEN"}

// suppliers are the variables from which the server can have its credential.
var suppliers = append([]string{"LANGSMITH_API_KEY_FILE", "LANGSMITH_PROFILE", "LANGSMITH_CONFIG_FILE"}, credentials...)

// stateVariable may hold the URL of a Redis, with its password in it.
const stateVariable = "LANGSMITH_INSIGHTS_MCP_STATE"

// keyPattern matches a key of LangSmith's wherever it stands, as in a comment.
var keyPattern = regexp.MustCompile(`\blsv2_[A-Za-z0-9_]+`)

// secrets names the variables whose values must not be shown.
func secrets(env map[string]any) []string {
	var names []string
	for name := range env {
		value, _ := env[name].(string)
		credential := slices.Contains(credentials, name) && value != "" && !isReference(value)
		password := name == stateVariable && strings.Contains(value, "://") && (strings.Contains(value, "@") || strings.Contains(value, "password="))
		if credential || password {
			names = append(names, name)
		}
	}
	return names
}

// isReference tells a value that a client replaces from one that is a secret.
func isReference(value string) bool { return strings.HasPrefix(value, "$") }

// hasCredential reports whether an entry has one of the suppliers, to whatever
// value, passes one on, or takes variables from a file, which may have one.
func hasCredential(entry map[string]any) bool {
	names := []any{}
	env, _ := entry["env"].(map[string]any)
	for name := range env {
		names = append(names, name)
	}
	passed, _ := entry["env_vars"].([]any)
	for _, name := range passed { // Codex: a name, or a table with a name
		if table, ok := name.(map[string]any); ok {
			name = table["name"]
		}
		names = append(names, name)
	}
	return entry["envFile"] != nil || // VS Code, Cursor
		slices.ContainsFunc(suppliers, func(name string) bool { return slices.Contains(names, any(name)) })
}

// bringsKey reports whether one of the suppliers has a value that holds without
// the client's environment.
func bringsKey(env map[string]any) bool {
	return slices.ContainsFunc(suppliers, func(name string) bool {
		value, _ := env[name].(string)
		return value != "" && !isReference(value)
	})
}
