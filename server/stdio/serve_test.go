package stdio_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"langsmith-insights-mcp/server/stdio"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serving is a server on a pair of pipes. Its tool echo returns at once, block waits until
// it is released or cancelled, and ask asks the client's user.
type serving struct {
	in      *io.PipeWriter
	out     *bufio.Scanner
	entered chan struct{} // an element for each block that has begun
	left    chan error    // the error of each block that has ended, nil if it was released
	release chan struct{} // closed to release every block
	logged  chan string   // the server's log messages
	ended   atomic.Bool
	done    chan error
	cancel  context.CancelFunc
}

func serve(t *testing.T, grace time.Duration) *serving {
	t.Helper()
	s := &serving{
		entered: make(chan struct{}, 2000), left: make(chan error, 2000),
		release: make(chan struct{}), done: make(chan error, 1),
		logged: make(chan string, 2000),
	}
	server := mcpserver.NewMCPServer("test", "1", mcpserver.WithElicitation())
	text := func(s string) *mcp.CallToolResult { return mcp.NewToolResultText(s) }
	server.AddTool(mcp.NewTool("echo"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return text("echo"), nil
	})
	server.AddTool(mcp.NewTool("block"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		s.entered <- struct{}{}
		select {
		case <-s.release:
			s.left <- nil
			return text("released"), nil
		case <-ctx.Done():
			s.left <- ctx.Err()
			return nil, ctx.Err()
		}
	})
	server.AddTool(mcp.NewTool("panic"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panic("a bug")
	})
	server.AddTool(mcp.NewTool("progress"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		session := mcpserver.ClientSessionFromContext(ctx).(interface {
			Notify(mcp.JSONRPCNotification) error
		})
		for range 3 {
			_ = session.Notify(mcp.JSONRPCNotification{JSONRPC: "2.0", Notification: mcp.Notification{Method: "notifications/progress"}})
		}
		return text("done"), nil
	})
	server.AddTool(mcp.NewTool("ask"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answer, err := server.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message: "Go ahead?", RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
		}})
		if err != nil {
			return nil, err
		}
		return text(string(answer.Action)), nil
	})

	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	s.in, s.out = in, bufio.NewScanner(out)
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() {
		s.done <- stdio.Serve(ctx, server, toServer, fromServer, stdio.Options{
			Logger: zerolog.New(io.Discard).Level(zerolog.InfoLevel).Hook(zerolog.HookFunc(func(_ *zerolog.Event, _ zerolog.Level, message string) {
				s.logged <- message
			})),
			Grace: grace, Ending: func() { s.ended.Store(true) },
		})
		_ = fromServer.Close()
	}()
	t.Cleanup(func() {
		cancel()
		_ = in.Close()
		_ = out.Close()
		_ = toServer.Close()
	})
	return s
}

func (s *serving) send(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(s.in, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *serving) next(t *testing.T) map[string]any {
	t.Helper()
	if !s.out.Scan() {
		t.Fatalf("the output ended: %v", s.out.Err())
	}
	var message map[string]any
	if err := json.Unmarshal(s.out.Bytes(), &message); err != nil {
		t.Fatalf("a line of the output is not JSON: %q", s.out.Text())
	}
	return message
}

func call(id, tool string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q}}`, id, tool)
}

func resultText(message map[string]any) string {
	result, _ := message["result"].(map[string]any)
	content, _ := result["content"].([]any)
	if len(content) == 0 {
		return ""
	}
	first, _ := content[0].(map[string]any)
	text, _ := first["text"].(string)
	return text
}

func TestEndOfInputWithCallsInFlight(t *testing.T) {
	s := serve(t, time.Minute)
	go func() {
		s.send(t, call("1", "block"))
		_, _ = io.WriteString(s.in, call("2", "echo")) // and no newline
		_ = s.in.Close()
	}()
	if got := resultText(s.next(t)); got != "echo" {
		t.Fatalf("the call on the last line, without a newline, returned %q", got)
	}
	close(s.release)
	if got := resultText(s.next(t)); got != "released" {
		t.Fatalf("the call in flight returned %q", got)
	}
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if !s.ended.Load() {
		t.Error("Ending was not called")
	}
}

func TestCallBeyondGraceIsCancelled(t *testing.T) {
	s := serve(t, time.Millisecond)
	s.send(t, call("1", "block"))
	<-s.entered
	_ = s.in.Close()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if err := <-s.left; err == nil {
		t.Error("the call was not cancelled")
	}
}

func TestContextEndsServe(t *testing.T) {
	s := serve(t, time.Millisecond)
	s.send(t, call("1", "echo"))
	s.next(t)
	s.cancel()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
}

func TestImmediateCancellation(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 50 {
		id := fmt.Sprint(i + 1)
		s.send(t, call(id, "block"), `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`}}`)
		<-s.entered
		if err := <-s.left; err == nil {
			t.Fatalf("call %s was not cancelled", id)
		}
	}
	// The next response is that of echo.
	s.send(t, call("99", "echo"))
	if message := s.next(t); message["id"] != float64(99) {
		t.Errorf("a cancelled call got a response: %v", message)
	}
}

func TestNumberAndStringIDsDiffer(t *testing.T) {
	s := serve(t, time.Minute)
	s.send(t, call("7", "block"), call(`"7"`, "block"))
	<-s.entered
	<-s.entered
	s.send(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}`)
	if err := <-s.left; err == nil {
		t.Fatal("the call was not cancelled")
	}
	close(s.release)
	if message := s.next(t); message["id"] != float64(7) || resultText(message) != "released" {
		t.Errorf("the other call got the response %v", message)
	}
}

func TestHundredWaitsDoNotBlock(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 100 {
		s.send(t, call(fmt.Sprint(i), "block"))
	}
	for range 100 {
		<-s.entered
	}
	s.send(t, call("500", "echo"))
	if message := s.next(t); message["id"] != float64(500) {
		t.Fatalf("the response to echo is %v", message)
	}
	close(s.release)
	for range 100 {
		if got := resultText(s.next(t)); got != "released" {
			t.Fatalf("a wait returned %q", got)
		}
	}
}

func TestInvalidMessages(t *testing.T) {
	for _, test := range []struct{ name, line, id string }{
		{"garbage", `hello`, "<nil>"},
		{"half a message", `{"jsonrpc":"2.0","id":1,`, "<nil>"},
		{"an array", `[1,2]`, "<nil>"},
		{"no method", `{"jsonrpc":"2.0","id":3}`, "3"},
		{"a wrong version", `{"jsonrpc":"1.0","id":4,"method":"ping"}`, "4"},
		{"a null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "<nil>"},
		{"an unknown method", `{"jsonrpc":"2.0","id":5,"method":"no/such"}`, "5"},
		{"params that are an array", `{"jsonrpc":"2.0","id":6,"method":"tools/call","params":[1]}`, "6"},
		{"a tool that panics", call("8", "panic"), "8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, time.Minute)
			s.send(t, test.line)
			message := s.next(t)
			if message["error"] == nil || fmt.Sprint(message["id"]) != test.id {
				t.Errorf("the response is %v", message)
			}
			s.send(t, "", call("9", "echo"))
			if got := resultText(s.next(t)); got != "echo" {
				t.Errorf("the next call returned %q", got)
			}
		})
	}
}

func TestIDInFlightIsRefused(t *testing.T) {
	s := serve(t, time.Minute)
	s.send(t, call("1", "block"))
	<-s.entered
	s.send(t, call("1", "echo"))
	if message := s.next(t); message["error"] == nil {
		t.Errorf("the response is %v", message)
	}
	close(s.release)
	if got := resultText(s.next(t)); got != "released" {
		t.Errorf("the first call returned %q", got)
	}
}

func TestTooLongMessage(t *testing.T) {
	s := serve(t, time.Minute)
	go func() {
		piece := strings.Repeat("x", 1<<20)
		for range 33 {
			_, _ = io.WriteString(s.in, piece)
		}
		s.send(t, "")
	}()
	if message := s.next(t); message["error"] == nil {
		t.Fatalf("the response is %v", message)
	}
	s.send(t, call("1", "echo"))
	if got := resultText(s.next(t)); got != "echo" {
		t.Errorf("the next call returned %q", got)
	}
}

func TestProgressPrecedesResult(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 20 {
		s.send(t, call(fmt.Sprint(i), "progress"))
		for range 3 {
			if message := s.next(t); message["method"] != "notifications/progress" {
				t.Fatalf("got %v before the progress", message)
			}
		}
		if got := resultText(s.next(t)); got != "done" {
			t.Fatalf("the call returned %q", got)
		}
	}
}

func TestElicitation(t *testing.T) {
	s := serve(t, time.Minute)
	s.send(t,
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"c","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	s.next(t)
	for _, test := range []struct{ response, want string }{
		{`"result":{"action":"accept","content":{}}`, "accept"},
		{`"result":{"action":"decline"}`, "decline"},
	} {
		s.send(t, call("2", "ask"))
		question := s.next(t)
		if question["method"] != "elicitation/create" {
			t.Fatalf("the request to the client is %v", question)
		}
		s.send(t, `{"jsonrpc":"2.0","id":12345,"result":{}}`) // a response to no request is ignored
		s.send(t, fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,%s}`, question["id"], test.response))
		if got := resultText(s.next(t)); got != test.want {
			t.Errorf("the tool got %q, want %q", got, test.want)
		}
	}
}

// TestSendBeforeRead sends a second line before it reads the response to the first from a
// pipe without a buffer.
func TestSendBeforeRead(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 20 {
		s.send(t, call(fmt.Sprint(2*i), "echo"), call(fmt.Sprint(2*i+1), "echo"), `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		for range 2 {
			if got := resultText(s.next(t)); got != "echo" {
				t.Fatalf("the call returned %q", got)
			}
		}
	}
}

func TestFailedWriteEndsServe(t *testing.T) {
	server := mcpserver.NewMCPServer("test", "1")
	in, client := io.Pipe()
	defer client.Close()
	out, fromServer := io.Pipe()
	_ = out.Close()
	done := make(chan error, 1)
	go func() {
		done <- stdio.Serve(t.Context(), server, in, fromServer, stdio.Options{Logger: zerolog.Nop(), Grace: time.Millisecond})
	}()
	go func() {
		for range 10 {
			if _, err := io.WriteString(client, call("1", "echo")+"\n"); err != nil {
				return
			}
		}
	}()
	if err := <-done; err == nil {
		t.Error("Serve returned no error")
	}
	_ = in.Close()
}

// TestUnreadResponsesAreBounded sends more requests than may be in flight, and reads no
// response before the last request is refused.
func TestUnreadResponsesAreBounded(t *testing.T) {
	const most = 1000
	s := serve(t, time.Minute)
	for i := range most + 1 {
		s.send(t, call(fmt.Sprint(i), "echo"))
	}
	if got := <-s.logged; !strings.Contains(got, "too many requests") {
		t.Errorf("the server logged %q", got)
	}
	refused := 0
	for range most + 1 {
		if s.next(t)["error"] != nil {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d of %d requests were refused, want 1", refused, most+1)
	}
}

// Ids are returned unchanged, and unusual forms of messages are accepted.
func TestMessageForms(t *testing.T) {
	s := serve(t, time.Minute)
	for _, id := range []string{`7`, `"7"`, `1764412345678901234`, `7.0`, `"\u0041<"`} {
		for _, line := range []string{call(id, "echo"), "\xef\xbb\xbf" + call(id, "echo"), `{"jsonrpc":"2.0","id":` + id + `,"method":"ping","params":[]}` + "\r"} {
			s.send(t, line)
			if !s.out.Scan() || !strings.HasPrefix(s.out.Text(), `{"jsonrpc":"2.0","id":`+id+`,"result":`) {
				t.Errorf("the response to %q is %s", line, s.out.Text())
			}
		}
	}
	s.send(t, "\xef\xbb\xbf", " ", call("8", "echo"))
	if message := s.next(t); message["id"] != float64(8) {
		t.Errorf("the response to an empty line is %v", message)
	}
}
