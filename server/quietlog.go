package server

import (
	"context"
	"log/slog"

	"github.com/rs/zerolog"
)

// libraryLogger is our log for a library that writes to slog.
func libraryLogger(logger zerolog.Logger) *slog.Logger {
	return slog.New(withoutSessions{zerolog.NewSlogHandler(logger)})
}

// withoutSessions leaves the ids of sessions out of the log: where nothing else
// guards a server, whoever knows one can go on with the session.
type withoutSessions struct{ slog.Handler }

// Handle implements slog.Handler.
func (h withoutSessions) Handle(ctx context.Context, record slog.Record) error {
	kept := slog.NewRecord(record.Time, record.Level, record.Message, record.PC)
	record.Attrs(func(attribute slog.Attr) bool {
		if attribute.Key != "mcp.session.id" {
			kept.AddAttrs(attribute)
		}
		return true
	})
	return h.Handler.Handle(ctx, kept)
}

// WithAttrs implements slog.Handler.
func (h withoutSessions) WithAttrs(attributes []slog.Attr) slog.Handler {
	return withoutSessions{h.Handler.WithAttrs(attributes)}
}

// WithGroup implements slog.Handler.
func (h withoutSessions) WithGroup(name string) slog.Handler {
	return withoutSessions{h.Handler.WithGroup(name)}
}
