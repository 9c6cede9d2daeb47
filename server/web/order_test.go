package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
	"langsmith-insights-mcp/server/web"
)

const manyMessages = 20

// sendManyMessages sets a server whose tools report progress until their result, and ask the user.
func sendManyMessages(o *web.Options) {
	o.MCP = mcpserver.NewMCPServer("talkative", "1", mcpserver.WithElicitation(), mcpserver.WithToolCapabilities(false),
		mcpserver.WithToolHandlerMiddleware(jsonrpc.DecodeArguments))
	o.MCP.AddTool(mcp.NewTool("chatter"), func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		session, ok := mcpserver.ClientSessionFromContext(ctx).(interface {
			Notify(mcp.JSONRPCNotification) error
		})
		if !ok {
			return nil, fmt.Errorf("the session cannot be notified")
		}
		for n := range manyMessages {
			if err := session.Notify(mcp.JSONRPCNotification{JSONRPC: "2.0", Notification: mcp.Notification{
				Method: string(mcp.MethodNotificationProgress),
				Params: mcp.NotificationParams{AdditionalFields: map[string]any{"progressToken": request.Params.Meta.ProgressToken, "progress": n}},
			}}); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("done"), nil
	})
	o.MCP.AddTool(mcp.NewTool("ask"), func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answer := mcpserver.ElicitationResponse(request.Params.InputResponses, "q")
		if answer == nil {
			return mcpserver.NewInputRequestBuilder("").Elicit("q", mcp.ElicitationParams{
				Mode: mcp.ElicitationModeForm, Message: request.GetString("about", ""),
				RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
			}).ToolResult(), nil
		}
		return mcp.NewToolResultText(fmt.Sprintf("%s: %s", request.GetString("about", ""), answer.Action)), nil
	})
}

func manyMessagesCall(id int) string {
	return rpc(id, "tools/call", args{"name": "chatter", "_meta": args{"progressToken": fmt.Sprintf("token-%d", id)}})
}

// checkOrder checks that the messages of a call are all of its progress, in order, and then
// its result.
func checkOrder(messages []string, id int) error {
	if len(messages) != manyMessages+1 {
		return fmt.Errorf("%d messages: %s", len(messages), messages)
	}
	for n, message := range messages[:manyMessages] {
		if !strings.Contains(message, fmt.Sprintf(`"token-%d"`, id)) || !strings.Contains(message, fmt.Sprintf(`"progress":%d`, n)) {
			return fmt.Errorf("message %d of call %d is %s", n, id, message)
		}
	}
	if last := messages[manyMessages]; !strings.Contains(last, `"done"`) {
		return fmt.Errorf("the last message is %s", last)
	}
	return nil
}

// The progress of a call is in its own response, before the result, although all calls have
// one session with a standing stream.
func TestProgressPrecedesResult(t *testing.T) {
	f := start(t, options{web: sendManyMessages})
	session := f.open(nil)
	standing := f.read(f.request(http.MethodGet, "/mcp", session, ""))
	var calls sync.WaitGroup
	for id := range 50 {
		answer := f.background(f.request(http.MethodPost, "/mcp", session, manyMessagesCall(id)))
		calls.Go(func() {
			if err := checkOrder((<-answer).events(), id); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	standing.close()
	for message := range standing.messages {
		t.Errorf("the standing stream got %s", message)
	}

	body, h := stateless(9, "tools/call", args{"name": "chatter", "_meta": args{"progressToken": "token-9"}})
	if err := checkOrder(f.post("/mcp", h, body).events(), 9); err != nil {
		t.Errorf("without a session: %v", err)
	}
}

func TestProgressPrecedesResultOnSSE(t *testing.T) {
	f := start(t, options{web: sendManyMessages})
	stream := f.openSSE(nil)
	for id := range 20 {
		stream.post(nil, manyMessagesCall(id))
		var messages []string
		for message := range stream.messages {
			if messages = append(messages, message); strings.Contains(message, `"result"`) {
				break
			}
		}
		if err := checkOrder(messages, id); err != nil {
			t.Error(err)
		}
	}
}

var elicits = args{"elicitation": args{}}

// Two concurrent calls ask the user, and each gets its own answer.
func TestConcurrentElicitation(t *testing.T) {
	f := start(t, options{web: sendManyMessages})
	opened := f.post("/mcp", nil, initialize(mcp.ProtocolVersion20251125, elicits))
	session := headers{"Mcp-Session-Id": opened.header.Get("Mcp-Session-Id")}
	otherCaller := headers{"Mcp-Session-Id": f.open(nil)["Mcp-Session-Id"]}

	var streams []*stream
	for id := range 2 {
		streams = append(streams, f.read(f.request(http.MethodPost, "/mcp", session, toolCall(id, "ask", args{"about": fmt.Sprint("question ", id)}))))
	}
	for id, action := range []string{"accept", "decline"} {
		question := <-streams[id].messages
		if !strings.Contains(question, "elicitation/create") || !strings.Contains(question, fmt.Sprint("question ", id)) {
			t.Fatalf("call %d sent %s", id, question)
		}
		answer := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":%q}}`, idOf(t, question), action)
		if got := f.post("/mcp", otherCaller, answer); got.status != http.StatusBadRequest {
			t.Errorf("another caller's response: %d %s", got.status, got.body)
		}
		if got := f.post("/mcp", session, answer); got.status != http.StatusAccepted {
			t.Errorf("the response to call %d: %d %s", id, got.status, got.body)
		}
		want := fmt.Sprintf("question %d: %s", id, action)
		if got := streams[id].result(id).text(); got != want {
			t.Errorf("call %d returned %q, want %q", id, got, want)
		}
	}
}

func TestElicitationOnSSE(t *testing.T) {
	f := start(t, options{web: sendManyMessages})
	stream := f.openSSE(nil)
	stream.post(nil, initialize(mcp.ProtocolVersion20241105, elicits))
	stream.result(1)
	stream.post(nil, toolCall(2, "ask", args{"about": "it"}))
	question := <-stream.messages
	stream.post(nil, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":"nobody here"}}`, idOf(t, question)))
	if message := <-stream.messages; !strings.Contains(message, "nobody here") {
		t.Errorf("a refused question ends in %s", message)
	}
}

func idOf(t testing.TB, message string) string {
	t.Helper()
	_, rest, _ := strings.Cut(message, `"id":`)
	id := rest[:strings.IndexAny(rest, ",}")]
	if id == "" {
		t.Fatalf("no id in %s", message)
	}
	return id
}
