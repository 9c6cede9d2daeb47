package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools"
)

// asking is how a call puts questions to a person through its client. Until
// 2025-11-25 the client is asked in the middle of the call. Since 2026-07-28 the
// call's result asks, and the client makes the call again with the answer.
type asking struct {
	request  mcp.CallToolRequest
	answered map[string]answered // by question: a client sends only the latest, so the earlier come in its request's state
}

// askThrough returns how a call puts questions; nil where its client cannot.
func askThrough(ctx context.Context, request mcp.CallToolRequest) *asking {
	session, ok := mcpserver.ClientSessionFromContext(ctx).(mcpserver.SessionWithClientInfo)
	if !ok || !showsForms(session.GetClientCapabilities().Elicitation) {
		return nil
	}
	a := &asking{request: request, answered: map[string]answered{}}
	maps.Copy(a.answered, readState(request.Params.RequestState))
	for id := range request.Params.InputResponses {
		if result := mcpserver.ElicitationResponse(request.Params.InputResponses, id); result != nil {
			a.answered[id] = readAnswer(result)
		}
	}
	return a
}

// showsForms reports whether a client shows forms to its user: one that names no
// mode does, and one that names only URLs does not.
func showsForms(can *mcp.ElicitationCapability) bool {
	return can != nil && (can.Form != nil || can.URL == nil)
}

// ask is tools.Env.Ask.
func (a *asking) ask(ctx context.Context, question *tools.Question) (*tools.Answer, error) {
	if given, ok := a.answered[question.ID]; ok {
		return given.to(question), nil
	}
	if mcp.IsModernProtocol(mcpserver.RequestProtocolVersion(ctx)) {
		return nil, question
	}
	result, err := mcpserver.ServerFromContext(ctx).RequestElicitation(ctx, mcp.ElicitationRequest{Params: form(question, legacyChoice)})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		// A client that says it can ask and then fails is one that cannot.
		return nil, errors.Join(tools.ErrCannotAsk, err)
	}
	return readAnswer(result).to(question), nil
}

// inputRequired is the result that asks a person through the client.
func (a *asking) inputRequired(question *tools.Question) *mcp.CallToolResult {
	return mcpserver.NewInputRequestBuilder(writeState(a.answered)).
		Elicit(question.ID, form(question, titledChoice)).ToolResult()
}

// answerField is the one field of the form that a question is shown as.
const answerField = "answer"

func form(question *tools.Question, choice func([]tools.Choice) map[string]any) mcp.ElicitationParams {
	field := map[string]any{"type": "boolean", "title": "Go ahead?"}
	if len(question.Choices) > 0 {
		field = choice(question.Choices)
	}
	return mcp.ElicitationParams{
		Mode:    mcp.ElicitationModeForm,
		Message: question.Text,
		RequestedSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{answerField: field},
			"required":   []string{answerField},
		},
	}
}

// titledChoice is a choice as protocol versions since 2025-11-25 write it.
func titledChoice(choices []tools.Choice) map[string]any {
	var options []map[string]any
	for _, choice := range choices {
		options = append(options, map[string]any{"const": choice.Value, "title": choice.Title})
	}
	return map[string]any{"type": "string", "title": "Which one?", "oneOf": options}
}

// legacyChoice is one that every earlier client understands, too.
func legacyChoice(choices []tools.Choice) map[string]any {
	var values, titles []string
	for _, choice := range choices {
		values, titles = append(values, choice.Value), append(titles, choice.Title)
	}
	return map[string]any{"type": "string", "title": "Which one?", "enum": values, "enumNames": titles}
}

// answered is what came back of a form.
type answered struct {
	Accepted bool `json:"accepted"` // the form was sent off
	Value    any  `json:"value"`    // of its field
}

func readAnswer(result *mcp.ElicitationResult) answered {
	content, _ := result.Content.(map[string]any)
	return answered{Accepted: result.Action == mcp.ElicitationResponseActionAccept, Value: content[answerField]}
}

// to is the answer to a question. A form that is sent off agrees to nothing
// unless its field says so.
func (a answered) to(question *tools.Question) *tools.Answer {
	if len(question.Choices) == 0 {
		return &tools.Answer{Accepted: a.Accepted && a.Value == true}
	}
	for _, choice := range question.Choices {
		if a.Accepted && a.Value == choice.Value {
			return &tools.Answer{Accepted: true, Value: choice.Value}
		}
	}
	return &tools.Answer{}
}

// longestState bounds what is read of a client, in bytes; a call asks two or
// three questions.
const longestState = 16_000

// writeState is what the client sends back with the next answer. It needs no
// seal: a client that forges it could as well forge the answers.
func writeState(given map[string]answered) string {
	if len(given) == 0 {
		return ""
	}
	data, err := json.Marshal(given)
	if err != nil {
		return "" // what came as JSON can be written as it; if not, the question is put again
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// readState reads it. What cannot be read counts for nothing: the questions are
// put again.
func readState(state string) map[string]answered {
	if len(state) > longestState {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil {
		return nil
	}
	var given map[string]answered
	if json.Unmarshal(data, &given) != nil {
		return nil
	}
	return given
}
