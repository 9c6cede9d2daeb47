package config

import (
	"regexp"
	"strings"
)

// environment reads variables and remembers which hold placeholders.
type environment struct {
	getenv       func(string) string
	placeholders []string
}

// get returns a variable's value. A placeholder is no value, and is returned beside it.
func (e *environment) get(name string) (value, placeholder string) {
	value = unquote(e.getenv(name))
	if IsPlaceholder(value) {
		e.placeholders = append(e.placeholders, name)
		return "", value
	}
	return value, ""
}

// placeholders are references that a client passes on as they stand where it does
// not know the form or the variable is not set: ${NAME}, ${input:name},
// {env:NAME} and $NAME.
var placeholders = regexp.MustCompile(`^(\$\{[^}]*\}|\{env:[^}]*\}|\$[A-Z_][A-Z0-9_]*)$`)

// IsPlaceholder reports whether a value is a reference that a client has passed on
// as it stands.
func IsPlaceholder(value string) bool { return placeholders.MatchString(value) }

// unquote takes off the blanks and quotes that values from .env files and client
// configurations arrive with.
func unquote(value string) string {
	value = strings.TrimSpace(value)
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			value = strings.TrimSpace(value[1 : len(value)-1])
		}
	}
	return value
}
