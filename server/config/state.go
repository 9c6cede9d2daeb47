package config

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

const stateMemory = "memory"

// parseState checks the form of a store's name; the store's package reads it.
func parseState(value string) (string, error) {
	scheme, _, isURL := strings.Cut(value, "://")
	switch {
	case value == stateMemory:
	case isURL && (scheme == "redis" || scheme == "rediss"):
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || u.Port() != "" && !isPort(u.Port()) {
			// The URL may hold a password, so it is not repeated.
			return "", errors.New("want a URL such as redis://localhost:6379/0")
		}
	case isURL:
		return "", fmt.Errorf("want memory, a directory, or a redis:// URL, not a %s:// URL", scheme)
	}
	return value, nil
}

// userStateDir returns the directory for the state on each system. Where the
// environment does not name it, as in a client that starts the server with none,
// the state is kept in memory.
func userStateDir(goos string, getenv func(string) string) string {
	const app = "langsmith-insights-mcp"
	below := func(variable string, rest ...string) string {
		if base := getenv(variable); filepath.IsAbs(base) {
			return filepath.Join(append(append([]string{base}, rest...), app)...)
		}
		return ""
	}
	switch goos {
	case "windows":
		return below("LOCALAPPDATA")
	case "darwin":
		return below("HOME", "Library", "Application Support")
	}
	if dir := below("XDG_STATE_HOME"); dir != "" {
		return dir
	}
	return below("HOME", ".local", "state")
}
