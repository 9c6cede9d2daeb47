package server

import (
	"sync"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
)

// deprecations logs the routes whose removal LangSmith announces, each route once.
type deprecations struct {
	logger zerolog.Logger
	seen   sync.Map // of a method and a route
}

func (d *deprecations) add(end langsmith.Deprecation) {
	if _, seen := d.seen.LoadOrStore(end.Method+" "+end.Route, nil); seen {
		return
	}
	entry := d.logger.Warn().Str("method", end.Method).Str("route", end.Route)
	if !end.Sunset.IsZero() {
		entry = entry.Time("sunset", end.Sunset)
	}
	if end.Link != "" {
		entry = entry.Str("link", end.Link)
	}
	entry.Msg("LangSmith has announced the removal of a route that this server uses")
}
