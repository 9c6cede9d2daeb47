package envelope

import (
	"encoding/json"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// Encode writes a message to a client. encoding/json would go three times over
// what a tool has answered: mcp-go writes a result apart from its message, and
// the structured content apart from the result. Here it is once. The line
// separators of JavaScript, at which some clients end a line, stay escaped.
func Encode(message any) ([]byte, error) {
	if response, ok := message.(mcp.JSONRPCResponse); ok {
		if result, ok := toolResultOf(response.Result); ok {
			return jsonv2.Marshal(&toolResponse{response.JSONRPC, response.ID.Value(), result},
				jsontext.AllowDuplicateNames(true), jsontext.EscapeForJS(true))
		}
	}
	return json.Marshal(message)
}

// toolResponse is mcp-go's JSONRPCResponse to a tool's call.
type toolResponse struct {
	Version string     `json:"jsonrpc"`
	ID      any        `json:"id"`
	Result  toolResult `json:"result"`
}

// toolResult is what mcp-go's CallToolResult holds of most calls.
type toolResult struct {
	Meta       *mcp.Meta       `json:"_meta,omitzero"`
	Content    []textContent   `json:"content"`
	IsError    bool            `json:"isError,omitzero"`
	ResultType mcp.ResultType  `json:"resultType,omitzero"`
	Structured json.RawMessage `json:"structuredContent,omitzero"`
}

type textContent struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// toolResultOf returns false for a result that holds anything else.
func toolResultOf(value any) (result toolResult, ok bool) {
	of, ok := value.(mcp.CallToolResult)
	if pointer, isPointer := value.(*mcp.CallToolResult); isPointer && pointer != nil {
		of, ok = *pointer, true
	}
	if !ok || len(of.InputRequests) > 0 || of.RequestState != "" || len(of.RawStructuredContent) > 0 {
		return result, false
	}
	result = toolResult{Meta: of.Meta, IsError: of.IsError, ResultType: of.ResultType, Content: make([]textContent, len(of.Content))}
	if of.StructuredContent != nil {
		if result.Structured, ok = of.StructuredContent.(json.RawMessage); !ok || result.Structured == nil {
			return result, false
		}
	}
	for i, content := range of.Content {
		text, ok := content.(mcp.TextContent)
		if !ok || text.Annotations != nil || text.Meta != nil {
			return result, false
		}
		result.Content[i] = textContent{text.Type, text.Text}
	}
	return result, true
}
