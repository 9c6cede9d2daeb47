package config

import (
	"regexp"
	"strings"
)

// environment reads environment variables, and collects those with a placeholder.
type environment struct {
	getenv       func(string) string
	placeholders []string
}

// get returns the value of a variable, or its placeholder.
func (e *environment) get(name string) (value, placeholder string) {
	value = unquote(e.getenv(name))
	if IsPlaceholder(value) {
		e.placeholders = append(e.placeholders, name)
		return "", value
	}
	return value, ""
}

// placeholders matches references that a client did not replace, since it does not support
// them or the variable is not set: ${NAME}, ${input:name}, {env:NAME} and $NAME.
var placeholders = regexp.MustCompile(`^(\$\{[^}]*\}|\{env:[^}]*\}|\$[A-Z_][A-Z0-9_]*)$`)

// IsPlaceholder reports whether a value is a reference that a client did not replace.
func IsPlaceholder(value string) bool { return placeholders.MatchString(value) }

// unquote removes the blanks and quotes that values of .env files and client
// configurations may have.
func unquote(value string) string {
	value = strings.TrimSpace(value)
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			value = strings.TrimSpace(value[1 : len(value)-1])
		}
	}
	return value
}
