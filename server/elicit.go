package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools"
)

// askThrough returns how a call puts a question to a person; nil where its
// client cannot. An answer comes with a second call of the tool: from the
// client itself since 2026-07-28, and before that from mcp-go, which asks the
// client in between.
func askThrough(ctx context.Context, request mcp.CallToolRequest) func(context.Context, *tools.Question) (*tools.Answer, error) {
	session, ok := mcpserver.ClientSessionFromContext(ctx).(mcpserver.SessionWithClientInfo)
	if !ok || session.GetClientCapabilities().Elicitation == nil {
		return nil
	}
	return func(_ context.Context, question *tools.Question) (*tools.Answer, error) {
		result := mcpserver.ElicitationResponse(request.Params.InputResponses, question.ID)
		if result == nil {
			return nil, question
		}
		answer := &tools.Answer{Accepted: result.Action == mcp.ElicitationResponseActionAccept}
		content, _ := result.Content.(map[string]any)
		switch value := content[answerField].(type) {
		case string:
			answer.Value = value
		case bool:
			answer.Accepted = answer.Accepted && value
		}
		return answer, nil
	}
}

// answerField is the one field of the form that a question is shown as.
const answerField = "answer"

// inputRequired is the result that asks a person through the client.
func inputRequired(question *tools.Question) *mcp.CallToolResult {
	field := map[string]any{"type": "boolean", "title": "Go ahead?"}
	if len(question.Choices) > 0 {
		var values, titles []string
		for _, choice := range question.Choices {
			values, titles = append(values, choice.Value), append(titles, choice.Title)
		}
		field = map[string]any{"type": "string", "title": "Which one?", "enum": values, "enumNames": titles}
	}
	return mcpserver.NewInputRequestBuilder("").Elicit(question.ID, mcp.ElicitationParams{
		Mode:    mcp.ElicitationModeForm,
		Message: question.Text,
		RequestedSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{answerField: field},
			"required":   []string{answerField},
		},
	}).ToolResult()
}
