package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

const stateMemory = "memory"

func setState(c *Config, value string) error {
	scheme, _, isURL := strings.Cut(value, "://")
	switch {
	case value == stateMemory:
	case isURL && (scheme == "redis" || scheme == "rediss"):
		if u, err := url.Parse(value); err != nil || u.Host == "" {
			// The URL may hold a password, so it is not repeated.
			return fmt.Errorf("want a URL such as redis://localhost:6379/0")
		}
	case isURL:
		return fmt.Errorf("want memory, a directory, or a redis:// URL, not a %s:// URL", scheme)
	}
	c.State = value
	return nil
}

// userStateDir is where a user's programs keep state on each system; empty
// where the environment does not tell, as in a client that starts the server
// with none.
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
