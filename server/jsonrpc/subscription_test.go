package jsonrpc

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"
)

// listenMessage is a subscriptions/listen.
func listenMessage(t *testing.T, id string, notifications string) *Message {
	t.Helper()
	m, problem := Read(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"method":"subscriptions/listen","params":{"notifications":%s,"_meta":{%q:"2026-07-28",%q:{}}}}`,
		id, notifications, mcp.MetaKeyProtocolVersion, mcp.MetaKeyClientCapabilities))
	if problem != nil {
		t.Fatal(problem)
	}
	return m
}

type notified struct {
	Method string
	Params struct {
		Meta          map[string]json.RawMessage `json:"_meta"`
		Notifications json.RawMessage            `json:"notifications"`
	}
}

// Each subscription is acknowledged before its notifications, while others begin and
// notifications are sent.
func TestSubscriptionsAreAcknowledged(t *testing.T) {
	const tries = 1000
	server := mcpserver.NewMCPServer("test", "1", mcpserver.WithToolCapabilities(true), mcpserver.WithPromptCapabilities(false))
	handler := Handler{MCP: server, Logger: zerolog.Nop()}
	changing, stop := context.WithCancel(t.Context())
	var changes sync.WaitGroup
	changes.Go(func() {
		for changing.Err() == nil {
			server.AddTool(mcp.NewTool("passing"), nil)
			server.DeleteTools("passing")
		}
	})
	defer changes.Wait()
	defer stop()
	for _, c := range []struct{ name, wanted, want string }{
		{"something", `{"toolsListChanged":true,"promptsListChanged":true}`, `{"toolsListChanged":true}`},
		{"nothing that is there", `{"promptsListChanged":true}`, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for try := range tries {
				ctx, leave := context.WithCancel(t.Context())
				var first notified
				var messages int
				id := fmt.Sprintf(`"listen-%d"`, try)
				session := NewSession("client", &PendingRequests{}, func(message []byte) error {
					var said notified
					if err := json.Unmarshal(message, &said); err != nil {
						return err
					}
					if got := string(said.Params.Meta[mcp.MetaKeySubscriptionID]); got != id {
						t.Errorf("try %d: a message of the subscription %s: %s", try, got, message)
					}
					if messages++; messages == 1 {
						first = said
						leave()
					}
					return nil
				})
				response := handler.Handle(ctx, session, listenMessage(t, id, c.wanted))
				leave()
				if first.Method != mcp.MethodNotificationSubscriptionsAcknowledged || string(first.Params.Notifications) != c.want || response.ErrorCode != 0 {
					t.Fatalf("try %d: the first message is %+v, the response %s", try, first, response.Data)
				}
			}
		})
	}
}
