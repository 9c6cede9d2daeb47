package cli

import (
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

// newServingLine returns a log line with the settings in use, without secrets.
func newServingLine(cfg *config.Config, transport string, logger zerolog.Logger) *zerolog.Event {
	credential := "configured"
	if cfg.LangSmith.Credentials.Empty() {
		credential = map[string]string{"http": "callers'", "stdio": "none"}[transport]
	}
	tools, _ := server.FilterTools(cfg) // has succeeded for the backend
	line := logger.Info().Str("version", server.Version()).Str("transport", transport).Int("tools", len(tools)).
		Bool("read_only", cfg.ReadOnly).Bool("confirm", cfg.Confirm).Bool("hide_run_content", cfg.HideRunContent).
		Str("state", stateKind(cfg.State)).Bool("sandbox", cfg.Sandbox)
	if stateKind(cfg.State) == "directory" {
		path, err := filepath.Abs(cfg.State)
		if err != nil { // the working directory is gone
			path = cfg.State
		}
		line = line.Str("state_directory", path)
	}
	for _, limit := range [...]struct {
		name  string
		value int
	}{{"max_sample", cfg.MaxSample}, {"max_jobs_per_day", cfg.MaxJobsPerDay}} {
		if limit.value > 0 {
			line = line.Int(limit.name, limit.value)
		}
	}
	if !cfg.Sandbox {
		line = line.Stringer("endpoint", cfg.LangSmith.Endpoint).Str("credential", credential)
	}
	return line
}

// stateKind returns the kind of a --state, whose URL may have a password.
func stateKind(state string) string {
	switch {
	case state == config.StateMemory:
		return state
	case strings.HasPrefix(state, "redis://"), strings.HasPrefix(state, "rediss://"):
		return "redis"
	}
	return "directory"
}
