package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"
)

// The encoding of each of mcp-go's results equals mcp-go's own.
func TestResponsesEqualMCPGos(t *testing.T) {
	text := mcp.NewTextContent("a <b> & \"c\"\n\u2028é\x01")
	marked := text
	marked.Annotations = &mcp.Annotations{Priority: new(0.5)}
	structured := json.RawMessage(`{"z": 1.50, "a":["<x>", 9007199254740993, null]}`)
	complete := mcp.CallToolResult{Content: []mcp.Content{text, text}, StructuredContent: structured, IsError: true}
	complete.Meta = mcp.NewMetaFromMap(map[string]any{"io.modelcontextprotocol/x": "y"})
	complete.ResultType = mcp.ResultTypeComplete
	asking := mcp.CallToolResult{}
	asking.RequestState = "sealed"
	for name, result := range map[string]any{
		"text":     mcp.NewToolResultText("done"),
		"whole":    &complete,
		"nothing":  &mcp.CallToolResult{},
		"null":     &mcp.CallToolResult{Content: []mcp.Content{text}, StructuredContent: json.RawMessage(nil)},
		"marked":   &mcp.CallToolResult{Content: []mcp.Content{marked}},
		"an image": &mcp.CallToolResult{Content: []mcp.Content{mcp.NewImageContent("aa", "image/png")}},
		"a struct": &mcp.CallToolResult{StructuredContent: struct{ A int }{1}},
		"raw":      &mcp.CallToolResult{RawStructuredContent: structured},
		"asking":   &asking,
		"empty":    mcp.EmptyResult{},
		"tools":    mcp.ListToolsResult{Tools: []mcp.Tool{mcp.NewTool("a", mcp.WithString("b", mcp.Required()))}},
		"missing":  (*mcp.CallToolResult)(nil),
	} {
		message := mcp.NewJSONRPCResultResponse(mcp.NewRequestId(7), result)
		want, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		got := encodeResponse([]byte("7"), message)
		if got.ErrorCode != 0 || bytes.ContainsAny(got.Data, "\u2028\n") {
			t.Errorf("%s: %d %s", name, got.ErrorCode, got.Data)
		}
		if !reflect.DeepEqual(decode(t, got.Data), decode(t, want)) {
			t.Errorf("%s is %s, want %s", name, got.Data, want)
		}
	}
}

func decode(t *testing.T, data []byte) (value any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// handle sends a message to a server with one tool, which returns result.
func handle(t *testing.T, data string, result *mcp.CallToolResult) (response Response, sent []string) {
	t.Helper()
	server := mcpserver.NewMCPServer("test", "1")
	server.AddTool(mcp.NewTool("t"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if report := ReportProgress(ctx); report != nil {
			if err := report(Progress{Done: 1, Message: "half\xff"}); err != nil {
				t.Error(err)
			}
		}
		return result, nil
	})
	m, problem := Read([]byte(data))
	if problem != nil {
		t.Fatal(problem)
	}
	session := NewSession("s", &PendingRequests{}, func(message []byte) error {
		sent = append(sent, string(message))
		return nil
	})
	handler := &Handler{MCP: server, Logger: zerolog.Nop()}
	return handler.Handle(t.Context(), session, m), sent
}

// The bytes of ids and progress tokens are returned unchanged.
func TestIDsAndProgressTokensAreUnchanged(t *testing.T) {
	for _, id := range []string{`7`, `"7"`, `1764412345678901234`, `7.0`, `1e3`, `"\u0041<&>é"`, `"\ud83d"`, `-0`} {
		response, sent := handle(t, `{"jsonrpc":"2.0","id":`+id+`,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":`+id+`}}}`, mcp.NewToolResultText("done"))
		if want := `{"jsonrpc":"2.0","id":` + id + `,"result":`; !strings.HasPrefix(string(response.Data), want) {
			t.Errorf("the response to %s is %s", id, response.Data)
		}
		if want := `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":` + id + `,"progress":1,"message":"half` + "\ufffd" + `"}}`; len(sent) != 1 || sent[0] != want {
			t.Errorf("the progress of %s is %q", id, sent)
		}
		if response, _ := handle(t, `{"jsonrpc":"2.0","id":`+id+`,"method":"no/such"}`, nil); response.ErrorCode != mcp.METHOD_NOT_FOUND || !strings.HasPrefix(string(response.Data), `{"jsonrpc":"2.0","id":`+id+`,"error":`) {
			t.Errorf("%s is refused: %s", id, response.Data)
		}
	}
}

func TestInvalidUnicode(t *testing.T) {
	for _, text := range []string{`\ud83d`, "\xff", `\ude00\ud83d`} {
		result := mcp.NewToolResultText("text " + strings.Trim(text, `\`))
		result.StructuredContent = json.RawMessage(`{"` + text + `":"` + text + `"}`)
		response, _ := handle(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}`, result)
		if response.ErrorCode != 0 || !strings.Contains(string(response.Data), "\":\"\ufffd") || strings.Contains(string(response.Data), text) {
			t.Errorf("%q becomes %s", text, response.Data)
		}
	}
}

// A response that cannot be encoded becomes an error under its request's id.
func TestUnencodableResponse(t *testing.T) {
	for name, structured := range map[string]any{
		"no number": map[string]any{"a": math.NaN()}, "a function": func() {}, "no JSON": json.RawMessage(`{"a":`), "two values": json.RawMessage(`1 2`),
	} {
		result := mcp.NewToolResultText("done")
		result.StructuredContent = structured
		response, _ := handle(t, `{"jsonrpc":"2.0","id":"1","method":"tools/call","params":{"name":"t"}}`, result)
		if response.ErrorCode != mcp.INTERNAL_ERROR || !strings.HasPrefix(string(response.Data), `{"jsonrpc":"2.0","id":"1","error":`) || !json.Valid(response.Data) {
			t.Errorf("%s: %s", name, response.Data)
		}
	}
}

// An error that repeats a long name is short, and has its beginning and end.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"` + long + `","io.modelcontextprotocol/clientCapabilities":{}}`
	for name, c := range map[string]struct{ method, params, says string }{
		"a tool":    {"tools/call", `{"name":"` + long + `"}`, "not found"},
		"a method":  {long, `{}`, "not found"},
		"a version": {"tools/call", `{"name":"t",` + meta + `}`, ""},
	} {
		response, _ := handle(t, `{"jsonrpc":"2.0","id":1,"method":"`+c.method+`","params":`+c.params+`}`, nil)
		if response.ErrorCode == 0 || len(response.Data) > maxErrorText+maxErrorData || !json.Valid(response.Data) || !strings.Contains(string(response.Data), c.says) || strings.Contains(string(response.Data), "\ufffd") {
			t.Errorf("%s: %d bytes, %.500s", name, len(response.Data), response.Data)
		}
	}
	_, problem := Read([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"` + long + `":1,"` + long + `":2}}`))
	if problem == nil {
		t.Fatal("a name that is given twice is taken")
	}
	if response := problem.Response(nil); len(response.Data) > maxErrorText || !strings.Contains(string(response.Data), "given twice") {
		t.Errorf("%.500s", response.Data)
	}
}
