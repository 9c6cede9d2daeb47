package envelope

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// What is written here is what encoding/json writes, but for how characters of
// HTML look.
func TestEncode(t *testing.T) {
	text := mcp.NewTextContent("a <b> & \"c\"\n\u2028é\x01")
	marked := text
	marked.Annotations = &mcp.Annotations{Priority: new(0.5)}
	structured := json.RawMessage(`{"z": 1.50, "a":["<x>", 9007199254740993, null]}`)
	complete := mcp.CallToolResult{Content: []mcp.Content{text, text}, StructuredContent: structured, IsError: true}
	complete.Meta = mcp.NewMetaFromMap(map[string]any{"io.modelcontextprotocol/x": "y"})
	complete.ResultType = mcp.ResultTypeComplete
	asking := mcp.CallToolResult{}
	asking.RequestState = "sealed"
	once := 0
	for name, result := range map[string]any{
		"text":            mcp.NewToolResultText("done"),
		"whole":           &complete,
		"nothing":         &mcp.CallToolResult{},
		"null":            &mcp.CallToolResult{Content: []mcp.Content{text}, StructuredContent: json.RawMessage(nil)},
		"marked":          &mcp.CallToolResult{Content: []mcp.Content{marked}},
		"a value":         complete,
		"an image":        &mcp.CallToolResult{Content: []mcp.Content{mcp.NewImageContent("aa", "image/png")}},
		"a struct":        &mcp.CallToolResult{StructuredContent: struct{ A int }{1}},
		"raw":             &mcp.CallToolResult{RawStructuredContent: structured},
		"asking":          &asking,
		"no tool's":       mcp.EmptyResult{},
		"a missing one's": (*mcp.CallToolResult)(nil),
	} {
		if _, ok := toolResultOf(result); ok {
			once++
		}
		for _, id := range []any{int64(7), "seven", 1.5, nil} {
			message := mcp.NewJSONRPCResultResponse(mcp.NewRequestId(id), result)
			want, err := json.Marshal(message)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Encode(message)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if bytes.ContainsRune(got, '\u2028') {
				t.Errorf("%s ends a line", got)
			}
			if !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
				t.Errorf("%s is %s, not %s", name, got, want)
			}
		}
	}
	if once != 4 { // text, whole, nothing, a value
		t.Errorf("%d of the results are written in one pass, want 4", once)
	}
}

func decoded(t *testing.T, data []byte) (value any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}
