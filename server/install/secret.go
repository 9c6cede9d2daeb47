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

// The tables of an entry that hold values which may be secret, and, of Codex', the
// list of variables and the table of headers that it fills from its environment.
var valueTables = []string{"env", "headers", "http_headers"}

const (
	passedVariables = "env_vars"
	passedHeaders   = "env_http_headers"
)

// keyPattern matches a key of LangSmith's wherever it stands, as in a comment.
var keyPattern = regexp.MustCompile(`\blsv2_[A-Za-z0-9_]+`)

// secrets names the variables or headers of a table whose values must not be shown.
func secrets(table map[string]any) []string {
	var names []string
	for name := range table {
		value, _ := table[name].(string)
		holdsKey := slices.Contains(credentials, name) || isKeyHeader(name) || strings.EqualFold(name, "Authorization")
		credential := holdsKey && value != "" && !isReference(value)
		password := name == stateVariable && strings.Contains(value, "://") && (strings.Contains(value, "@") || strings.Contains(value, "password="))
		if credential || password {
			names = append(names, name)
		}
	}
	return names
}

// isReference tells a value that a client replaces from one that is a secret.
func isReference(value string) bool {
	return strings.HasPrefix(strings.TrimPrefix(value, "Bearer "), "$")
}

// hasCredential reports whether an entry has one of the suppliers or a header with a
// key, to whatever value, passes one on, or takes variables from a file, which may
// have one.
func hasCredential(entry map[string]any) bool {
	names := []any{}
	env, _ := entry["env"].(map[string]any)
	for name := range env {
		names = append(names, name)
	}
	passed, _ := entry[passedVariables].([]any)
	for _, name := range passed { // Codex: a name, or a table with a name
		if table, ok := name.(map[string]any); ok {
			name = table["name"]
		}
		names = append(names, name)
	}
	for _, table := range []string{"headers", "http_headers", passedHeaders} {
		headers, _ := entry[table].(map[string]any)
		for name := range headers {
			if isKeyHeader(name) {
				return true
			}
		}
	}
	return entry["envFile"] != nil || // VS Code, Cursor
		slices.ContainsFunc(suppliers, func(name string) bool { return slices.Contains(names, any(name)) })
}

// bringsKey reports whether a table has a supplier or a header with a key, to a value
// that holds without the client's environment.
func bringsKey(table map[string]any) bool {
	for name, value := range table {
		text, _ := value.(string)
		if (slices.Contains(suppliers, name) || isKeyHeader(name)) && text != "" && !isReference(text) {
			return true
		}
	}
	return false
}
