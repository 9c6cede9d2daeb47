package install

import (
	"regexp"
	"slices"
	"strings"
)

const redacted = "[redacted]"

// keyVariable is the variable with the server's key.
const keyVariable = "LANGSMITH_API_KEY"

// credentials are the variables that hold a LangSmith credential.
var credentials = []string{keyVariable, "LANGCHAIN_API_KEY", "LANGSMITH_BEARER_TOKEN", "LANGCHAIN_BEARER_TOKEN"}

// credentialSources are the variables through which the server can get its credential.
var credentialSources = append([]string{"LANGSMITH_API_KEY_FILE", "LANGSMITH_PROFILE", "LANGSMITH_CONFIG_FILE"}, credentials...)

// stateVariable may hold a Redis URL with a password.
const stateVariable = "LANGSMITH_INSIGHTS_MCP_STATE"

// valueTables are the tables of an entry whose values may be secret.
var valueTables = []string{"env", "headers", "http_headers"}

// The keys for what Codex passes on from its environment: a list of variables, and a table
// of headers with the variables of their values.
const (
	passedVariables = "env_vars"
	passedHeaders   = "env_http_headers"
)

// keyPattern matches a LangSmith key anywhere, such as in a comment.
var keyPattern = regexp.MustCompile(`\blsv2_[A-Za-z0-9_]+`)

// secrets returns the names of a table's values that must not be shown.
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

// isReference reports whether a value refers to a variable, and so is no secret itself.
func isReference(value string) bool {
	return strings.HasPrefix(strings.TrimPrefix(value, "Bearer "), "$")
}

// hasCredential reports whether an entry may provide a credential: it has a credential
// source or a header with a key, passes one on, or reads variables from a file.
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
		slices.ContainsFunc(credentialSources, func(name string) bool { return slices.Contains(names, any(name)) })
}

// hasOwnKey reports whether a table has a credential source or a header with a key whose
// value does not depend on the client's environment.
func hasOwnKey(table map[string]any) bool {
	for name, value := range table {
		text, _ := value.(string)
		if (slices.Contains(credentialSources, name) || isKeyHeader(name)) && text != "" && !isReference(text) {
			return true
		}
	}
	return false
}
