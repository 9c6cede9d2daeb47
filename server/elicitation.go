package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/tool"
)

// elicitor asks a person through the client of a call. Up to 2025-11-25 the server
// sends a request in the middle of the call. Since 2026-07-28 the call's result has the
// question, and the client repeats the call with the answer.
type elicitor struct {
	// answers has the answers by question. A client sends only the latest; earlier ones
	// are in the request's state.
	answers map[string]formAnswer
	// useConsent uses a person's consent to a question that was asked at a time, and reports
	// whether it could: a client may send one again.
	useConsent func(ctx context.Context, question string, asked time.Time) bool
}

// newElicitor returns the elicitor of a call, nil if its client cannot ask.
func newElicitor(ctx context.Context, request mcp.CallToolRequest, ledger *paid.Ledger) *elicitor {
	session, ok := mcpserver.ClientSessionFromContext(ctx).(mcpserver.SessionWithClientInfo)
	if !ok || !supportsForms(session.GetClientCapabilities().Elicitation) {
		return nil
	}
	e := &elicitor{answers: map[string]formAnswer{}, useConsent: ledger.UseConsent}
	maps.Copy(e.answers, decodeState(request.Params.RequestState))
	for id := range request.Params.InputResponses {
		if result := mcpserver.ElicitationResponse(request.Params.InputResponses, id); result != nil {
			e.answers[id] = newAnswer(result)
		}
	}
	return e
}

// supportsForms reports whether a client shows forms to its user. A client that names
// no mode does.
func supportsForms(can *mcp.ElicitationCapability) bool {
	return can != nil && (can.Form != nil || can.URL == nil)
}

// ask implements tool.Env.Ask.
func (e *elicitor) ask(ctx context.Context, question *tool.Question) (*tool.Answer, error) {
	if answer := e.findAnswer(ctx, question); answer != nil {
		return answer, nil
	}
	if mcp.IsModernProtocol(mcpserver.RequestProtocolVersion(ctx)) {
		return nil, question
	}
	result, err := mcpserver.ServerFromContext(ctx).RequestElicitation(ctx, mcp.ElicitationRequest{Params: newForm(question, legacyChoice)})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // a client that declares elicitation and fails
		return nil, errors.Join(tool.ErrCannotAsk, err)
	}
	return newAnswer(result).answer(question), nil
}

// findAnswer returns the answer that came with the call, nil if there is none or if another
// call has used its consent.
func (e *elicitor) findAnswer(ctx context.Context, question *tool.Question) *tool.Answer {
	var latest string
	var asked uuid.UUID
	for id := range e.answers {
		what, when, _ := strings.Cut(id, questionTime)
		parsed, err := uuid.Parse(when)
		if what == question.ID && err == nil && parsed.Version() == 7 && id > latest {
			latest, asked = id, parsed
		}
	}
	if latest == "" {
		return nil
	}
	answer := e.answers[latest].answer(question)
	if len(question.Choices) > 0 {
		return answer
	}
	first := e.useConsent(ctx, latest, time.Unix(asked.Time().UnixTime())) // a refusal uses the question, too
	if answer.Accepted && !first {
		return nil
	}
	return answer
}

// questionTime separates a question's id from the UUID v7 that has the time of asking.
const questionTime = "."

// requireInput returns the result that asks the question.
func (e *elicitor) requireInput(question *tool.Question) (*mcp.CallToolResult, error) {
	now, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return mcpserver.NewInputRequestBuilder(encodeState(e.answers)).
		Elicit(question.ID+questionTime+now.String(), newForm(question, titledChoice)).ToolResult(), nil
}

// answerField is the only field of a question's form.
const answerField = "answer"

// newForm returns the form of a question; choice returns the field of a question with
// choices.
func newForm(question *tool.Question, choice func([]tool.Choice) map[string]any) mcp.ElicitationParams {
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

// titledChoice returns the field of a choice for protocol versions since 2025-11-25.
func titledChoice(choices []tool.Choice) map[string]any {
	var options []map[string]any
	for _, choice := range choices {
		options = append(options, map[string]any{"const": choice.Value, "title": choice.Title})
	}
	return map[string]any{"type": "string", "title": "Which one?", "oneOf": options}
}

// legacyChoice returns the field of a choice for earlier clients.
func legacyChoice(choices []tool.Choice) map[string]any {
	var values, titles []string
	for _, choice := range choices {
		values, titles = append(values, choice.Value), append(titles, choice.Title)
	}
	return map[string]any{"type": "string", "title": "Which one?", "enum": values, "enumNames": titles}
}

// formAnswer is a submitted form.
type formAnswer struct {
	Accepted bool `json:"accepted"` // the person submitted the form
	Value    any  `json:"value"`    // of its field
}

// newAnswer reads the form of a result.
func newAnswer(result *mcp.ElicitationResult) formAnswer {
	content, _ := result.Content.(map[string]any)
	return formAnswer{Accepted: result.Action == mcp.ElicitationResponseActionAccept, Value: content[answerField]}
}

// answer returns the answer to a question. Only a field with true, or with one of the
// choices, means consent.
func (a formAnswer) answer(question *tool.Question) *tool.Answer {
	if len(question.Choices) == 0 {
		return &tool.Answer{Accepted: a.Accepted && a.Value == true}
	}
	for _, choice := range question.Choices {
		if a.Accepted && a.Value == choice.Value {
			return &tool.Answer{Accepted: true, Value: choice.Value}
		}
	}
	return &tool.Answer{}
}

// maxState bounds the state that is read, in bytes. A call asks two or three questions.
const maxState = 16_000

// encodeState returns the state that the client sends back with the next answer.
// It is not sealed: a client that forges it could as well forge the answers.
func encodeState(given map[string]formAnswer) string {
	if len(given) == 0 {
		return ""
	}
	data, err := json.Marshal(given)
	if err != nil {
		return "" // then the question is asked again
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// decodeState returns the answers in a state, nil for an invalid state, so that the
// questions are asked again.
func decodeState(state string) map[string]formAnswer {
	if len(state) > maxState {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil {
		return nil
	}
	var given map[string]formAnswer
	if json.Unmarshal(data, &given) != nil {
		return nil
	}
	return given
}
