package config

import (
	"cmp"
	"path/filepath"

	"langsmith-insights-mcp/tools/paid/state"
)

// StateMemory is the --state that keeps the memory of paid calls in the process.
const StateMemory = "memory"

// parseState checks the form of a state. Package state parses it.
func parseState(value string) (string, error) {
	if err := state.Check(value); err != nil {
		return "", err
	}
	return value, nil
}

// userStateDir returns the system's directory for the state of programs. It returns "" if
// the environment does not name it, as for a client that starts the server with an empty
// environment.
func userStateDir(goos string, getenv func(string) string) string {
	const app = "langsmith-insights-mcp"
	join := func(variable string, elements ...string) string {
		if base := getenv(variable); filepath.IsAbs(base) {
			return filepath.Join(base, filepath.Join(elements...), app)
		}
		return ""
	}
	switch goos {
	case "windows":
		return join("LOCALAPPDATA")
	case "darwin":
		return join("HOME", "Library", "Application Support")
	}
	return cmp.Or(join("XDG_STATE_HOME"), join("HOME", ".local", "state"))
}
