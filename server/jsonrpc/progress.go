package jsonrpc

import (
	"context"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// Progress is how far a call has come.
type Progress struct {
	Done    float64 `json:"progress"`
	Total   float64 `json:"total,omitzero"` // 0 where it is not known
	Message string  `json:"message,omitzero"`
}

type progressKey struct{}

// ReportProgress returns how the call of ctx reports its progress: each report is
// written before the function returns, and so before the call's result. It is nil
// where the client did not ask for any.
func ReportProgress(ctx context.Context) func(Progress) error {
	report, _ := ctx.Value(progressKey{}).(func(Progress) error)
	return report
}

func withProgress(ctx context.Context, session *Session, m Message) context.Context {
	token := m.ProgressToken // alone, so that a call that waits does not keep its message
	if token == nil || m.ID == nil {
		return ctx
	}
	return context.WithValue(ctx, progressKey{}, func(progress Progress) error {
		return session.notifyProgress(token, progress)
	})
}

// notifyProgress writes a notification that has the client's token to the byte.
func (s *Session) notifyProgress(token jsontext.Value, progress Progress) error {
	params, err := jsonv2.Marshal(progress, encoding)
	if err != nil {
		return err
	}
	data := append([]byte(`{"jsonrpc":"2.0","method":"`+mcp.MethodNotificationProgress+`","params":{"progressToken":`), token...)
	data = append(append(data, ','), params[1:]...) // without the brace that opens them
	return s.send(append(data, '}'))
}
