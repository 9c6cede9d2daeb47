package jsonrpc

import (
	"context"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// Progress is the progress of a call.
type Progress struct {
	Done    float64 `json:"progress"`
	Total   float64 `json:"total,omitzero"` // 0 if unknown
	Message string  `json:"message,omitzero"`
}

type progressKey struct{}

// ReportProgress returns a function that reports the progress of the call of ctx, nil if the
// client requested none. A report is written before the function returns, and so before the
// call's result.
func ReportProgress(ctx context.Context) func(Progress) error {
	report, _ := ctx.Value(progressKey{}).(func(Progress) error)
	return report
}

func withProgress(ctx context.Context, session *Session, m *Message) context.Context {
	token := m.ProgressToken // copied, so that a waiting call does not keep its message
	if token == nil || m.ID == nil {
		return ctx
	}
	return context.WithValue(ctx, progressKey{}, func(progress Progress) error {
		return session.notifyProgress(token, progress)
	})
}

// notifyProgress sends a notification with the bytes of the client's token.
func (s *Session) notifyProgress(token jsontext.Value, progress Progress) error {
	params, err := jsonv2.Marshal(progress, encoding)
	if err != nil {
		return err
	}
	data := append([]byte(`{"jsonrpc":"2.0","method":"`+mcp.MethodNotificationProgress+`","params":{"progressToken":`), token...)
	data = append(append(data, ','), params[1:]...) // without the opening brace
	return s.send(append(data, '}'))
}
