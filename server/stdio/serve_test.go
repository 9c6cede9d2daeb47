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

// serving is a server on a pair of pipes. Its tools: echo answers, block waits
// until released or cancelled, ask puts a question to the client's user.
type serving struct {
	in      *io.PipeWriter
	out     *bufio.Scanner
	entered chan struct{} // one for each block that has begun
	left    chan error    // how each block ended: nil when released
	release chan struct{} // closed to release every block
	logged  chan string   // what the server logs
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
		t.Fatalf("the output holds a line that is no JSON: %q", s.out.Text())
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

func TestRequestsInFlightAtTheEndOfInputAreAnswered(t *testing.T) {
	s := serve(t, time.Minute)
	go func() {
		s.send(t, call("1", "block"))
		_, _ = io.WriteString(s.in, call("2", "echo")) // and no newline
		_ = s.in.Close()
	}()
	if got := resultText(s.next(t)); got != "echo" {
		t.Fatalf("the last line without a newline was answered with %q", got)
	}
	close(s.release)
	if got := resultText(s.next(t)); got != "released" {
		t.Fatalf("the call in flight was answered with %q", got)
	}
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if !s.ended.Load() {
		t.Error("nobody was told that the end has come")
	}
}

func TestACallThatOutlastsTheGraceIsEnded(t *testing.T) {
	s := serve(t, time.Millisecond)
	s.send(t, call("1", "block"))
	<-s.entered
	_ = s.in.Close()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if err := <-s.left; err == nil {
		t.Error("the call was released, not ended")
	}
}

func TestASignalEndsServing(t *testing.T) {
	s := serve(t, time.Millisecond)
	s.send(t, call("1", "echo"))
	s.next(t)
	s.cancel()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
}

func TestACancelRightBehindItsCallIsNotLost(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 50 {
		id := fmt.Sprint(i + 1)
		s.send(t, call(id, "block"), `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`}}`)
		<-s.entered
		if err := <-s.left; err == nil {
			t.Fatalf("call %s was released, not cancelled", id)
		}
	}
	// Nothing was answered in between: the next line is the echo's.
	s.send(t, call("99", "echo"))
	if message := s.next(t); message["id"] != float64(99) {
		t.Errorf("a cancelled call was answered: %v", message)
	}
}

func TestANumberAndATextAreDifferentIDs(t *testing.T) {
	s := serve(t, time.Minute)
	s.send(t, call("7", "block"), call(`"7"`, "block"))
	<-s.entered
	<-s.entered
	s.send(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}`)
	if err := <-s.left; err == nil {
		t.Fatal("the cancelled call was released")
	}
	close(s.release)
	if message := s.next(t); message["id"] != float64(7) || resultText(message) != "released" {
		t.Errorf("the other call was answered with %v", message)
	}
}

func TestAHundredWaitsBlockNobody(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 100 {
		s.send(t, call(fmt.Sprint(i), "block"))
	}
	for range 100 {
		<-s.entered
	}
	s.send(t, call("500", "echo"))
	if message := s.next(t); message["id"] != float64(500) {
		t.Fatalf("the echo did not get through: %v", message)
	}
	close(s.release)
	for range 100 {
		if got := resultText(s.next(t)); got != "released" {
			t.Fatalf("a wait was answered with %q", got)
		}
	}
}

func TestWhatIsNoMessageIsRefusedAndServingGoesOn(t *testing.T) {
	for _, test := range []struct{ name, line, id string }{
		{"garbage", `hello`, "<nil>"},
		{"half a message", `{"jsonrpc":"2.0","id":1,`, "<nil>"},
		{"a list", `[1,2]`, "<nil>"},
		{"no method", `{"jsonrpc":"2.0","id":3}`, "3"},
		{"a wrong version", `{"jsonrpc":"1.0","id":4,"method":"ping"}`, "4"},
		{"a null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "<nil>"},
		{"an unknown method", `{"jsonrpc":"2.0","id":5,"method":"no/such"}`, "5"},
		{"parameters that are a list", `{"jsonrpc":"2.0","id":6,"method":"tools/call","params":[1]}`, "6"},
		{"a tool that panics", call("8", "panic"), "8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, time.Minute)
			s.send(t, test.line)
			message := s.next(t)
			if message["error"] == nil || fmt.Sprint(message["id"]) != test.id {
				t.Errorf("answered with %v", message)
			}
			s.send(t, "", call("9", "echo"))
			if got := resultText(s.next(t)); got != "echo" {
				t.Errorf("the next call was answered with %q", got)
			}
		})
	}
}

func TestAnIDThatIsInFlightIsRefused(t *testing.T) {
	s := serve(t, time.Minute)
	s.send(t, call("1", "block"))
	<-s.entered
	s.send(t, call("1", "echo"))
	if message := s.next(t); message["error"] == nil {
		t.Errorf("answered with %v", message)
	}
	close(s.release)
	if got := resultText(s.next(t)); got != "released" {
		t.Errorf("the first call was answered with %q", got)
	}
}

func TestAMessageThatIsTooLongIsRefused(t *testing.T) {
	s := serve(t, time.Minute)
	go func() {
		piece := strings.Repeat("x", 1<<20)
		for range 33 {
			_, _ = io.WriteString(s.in, piece)
		}
		s.send(t, "")
	}()
	if message := s.next(t); message["error"] == nil {
		t.Fatalf("answered with %v", message)
	}
	s.send(t, call("1", "echo"))
	if got := resultText(s.next(t)); got != "echo" {
		t.Errorf("the next call was answered with %q", got)
	}
}

func TestProgressComesBeforeItsResult(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 20 {
		s.send(t, call(fmt.Sprint(i), "progress"))
		for range 3 {
			if message := s.next(t); message["method"] != "notifications/progress" {
				t.Fatalf("got %v before the progress", message)
			}
		}
		if got := resultText(s.next(t)); got != "done" {
			t.Fatalf("answered with %q", got)
		}
	}
}

func TestAQuestionToTheClientIsAnswered(t *testing.T) {
	s := serve(t, time.Minute)
	s.send(t,
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"c","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	s.next(t)
	for _, test := range []struct{ answer, want string }{
		{`"result":{"action":"accept","content":{}}`, "accept"},
		{`"result":{"action":"decline"}`, "decline"},
	} {
		s.send(t, call("2", "ask"))
		question := s.next(t)
		if question["method"] != "elicitation/create" {
			t.Fatalf("asked with %v", question)
		}
		s.send(t, `{"jsonrpc":"2.0","id":12345,"result":{}}`) // an answer to nothing is ignored
		s.send(t, fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,%s}`, question["id"], test.answer))
		if got := resultText(s.next(t)); got != test.want {
			t.Errorf("the tool got %q, want %q", got, test.want)
		}
	}
}

// TestAClientMaySendBeforeItReads sends a second line while the answer to the
// first still waits in a pipe that holds nothing.
func TestAClientMaySendBeforeItReads(t *testing.T) {
	s := serve(t, time.Minute)
	for i := range 20 {
		s.send(t, call(fmt.Sprint(2*i), "echo"), call(fmt.Sprint(2*i+1), "echo"), `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		for range 2 {
			if got := resultText(s.next(t)); got != "echo" {
				t.Fatalf("answered with %q", got)
			}
		}
	}
}

func TestOutputThatCannotBeWrittenEndsServing(t *testing.T) {
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
		t.Error("serving ended without saying why")
	}
	_ = in.Close()
}

// TestUnreadAnswersAreBounded sends more requests than may be answered at one
// time and reads nothing before the last of them is refused.
func TestUnreadAnswersAreBounded(t *testing.T) {
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

// Ids come back to the byte, and what some clients put before or into a message is
// borne.
func TestHowMessagesAreWritten(t *testing.T) {
	s := serve(t, time.Minute)
	for _, id := range []string{`7`, `"7"`, `1764412345678901234`, `7.0`, `"\u0041<"`} {
		for _, line := range []string{call(id, "echo"), "\xef\xbb\xbf" + call(id, "echo"), `{"jsonrpc":"2.0","id":` + id + `,"method":"ping","params":[]}` + "\r"} {
			s.send(t, line)
			if !s.out.Scan() || !strings.HasPrefix(s.out.Text(), `{"jsonrpc":"2.0","id":`+id+`,"result":`) {
				t.Errorf("%q is answered with %s", line, s.out.Text())
			}
		}
	}
	s.send(t, "\xef\xbb\xbf", " ", call("8", "echo"))
	if message := s.next(t); message["id"] != float64(8) {
		t.Errorf("an empty line is answered with %v", message)
	}
}
