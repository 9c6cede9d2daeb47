package server

import (
	"context"
	"log/slog"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/envelope"
)

// libraryLogger is our log for a library that writes to slog.
func libraryLogger(logger zerolog.Logger) *slog.Logger {
	return slog.New(quiet{zerolog.NewSlogHandler(logger)})
}

// quiet takes a library's account of every request for what it is to the
// operator, detail: what cost money and what went wrong has lines of its own,
// and so has every request over HTTP. It leaves out the ids of sessions: where
// nothing else guards a server, whoever knows one can go on with the session.
type quiet struct{ slog.Handler }

// aboutRequest is the message of mcp-go's line on a request.
const aboutRequest = "mcp.request"

// Enabled implements slog.Handler.
func (h quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Handler.Enabled(ctx, lowered(level))
}

func lowered(level slog.Level) slog.Level {
	if level == slog.LevelInfo {
		return slog.LevelDebug
	}
	return level
}

// Handle implements slog.Handler.
func (h quiet) Handle(ctx context.Context, record slog.Record) error {
	kept := slog.NewRecord(record.Time, lowered(record.Level), record.Message, record.PC)
	record.Attrs(func(attribute slog.Attr) bool {
		switch {
		case attribute.Key == "mcp.session.id", attribute.Key == "mcp.protocol.version":
			return true
		case attribute.Key == "mcp.method":
			attribute.Value = slog.StringValue(envelope.KnownMethod(attribute.Value.String()))
		case attribute.Key == "error" && record.Message == aboutRequest:
			return true // it quotes the request, and the client is told
		}
		kept.AddAttrs(attribute)
		return true
	})
	return h.Handler.Handle(ctx, kept)
}

// WithAttrs implements slog.Handler.
func (h quiet) WithAttrs(attributes []slog.Attr) slog.Handler {
	return quiet{h.Handler.WithAttrs(attributes)}
}

// WithGroup implements slog.Handler.
func (h quiet) WithGroup(name string) slog.Handler {
	return quiet{h.Handler.WithGroup(name)}
}
