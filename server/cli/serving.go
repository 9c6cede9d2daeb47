package cli

import (
	"strings"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

// serving begins the line that says which settings are in force. It has no secret.
func serving(cfg *config.Config, transport string, logger zerolog.Logger) *zerolog.Event {
	credential := "configured"
	if cfg.LangSmith.Credentials.Empty() {
		credential = map[string]string{"http": "callers'", "stdio": "none"}[transport]
	}
	tools, _ := server.FilterTools(cfg) // the backend is there, so it did not fail
	line := logger.Info().Str("version", server.Version()).Str("transport", transport).Int("tools", len(tools)).
		Bool("read_only", cfg.ReadOnly).Bool("confirm", cfg.Confirm).Bool("hide_run_content", cfg.HideRunContent).
		Str("state", stateKind(cfg.State)).Bool("sandbox", cfg.Sandbox)
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

// stateKind names the kind of a --state, which may hold a password.
func stateKind(state string) string {
	switch {
	case state == config.StateMemory:
		return state
	case strings.Contains(state, "://"):
		return "redis"
	}
	return "directory"
}
