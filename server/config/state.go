package config

import (
	"path/filepath"

	"langsmith-insights-mcp/tools/paid/state"
)

const stateMemory = "memory"

// parseState checks the form of a store's name; its package reads it.
func parseState(value string) (string, error) {
	if err := state.Check(value); err != nil {
		return "", err
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
