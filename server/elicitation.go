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
// asks in the middle of the call. Since 2026-07-28 the call's result asks, and the
// client makes the call again with the answer.
type elicitor struct {
	// answers are those so far, by question. A client sends only the latest; the
	// earlier ones come back in the request's state.
	answers map[string]formAnswer
	// use uses up a person's yes to a question that was asked at a time, and reports
	// whether it could: a client may send one again.
	use func(ctx context.Context, question string, asked time.Time) bool
}

// newElicitor returns the elicitor of a call; nil where its client cannot ask.
func newElicitor(ctx context.Context, request mcp.CallToolRequest, ledger *paid.Ledger) *elicitor {
	session, ok := mcpserver.ClientSessionFromContext(ctx).(mcpserver.SessionWithClientInfo)
	if !ok || !supportsForms(session.GetClientCapabilities().Elicitation) {
		return nil
	}
	e := &elicitor{answers: map[string]formAnswer{}, use: ledger.UseAgreement}
	maps.Copy(e.answers, decodeState(request.Params.RequestState))
	for id := range request.Params.InputResponses {
		if result := mcpserver.ElicitationResponse(request.Params.InputResponses, id); result != nil {
			e.answers[id] = newAnswer(result)
		}
	}
	return e
}

// supportsForms reports whether a client shows forms to its user. One that names
// no mode does; one that names only URLs does not.
func supportsForms(can *mcp.ElicitationCapability) bool {
	return can != nil && (can.Form != nil || can.URL == nil)
}

// ask implements tool.Env.Ask.
func (e *elicitor) ask(ctx context.Context, question *tool.Question) (*tool.Answer, error) {
	if answer := e.given(ctx, question); answer != nil {
		return answer, nil
	}
	if mcp.IsModernProtocol(mcpserver.RequestProtocolVersion(ctx)) {
		return nil, question
	}
	result, err := mcpserver.ServerFromContext(ctx).RequestElicitation(ctx, mcp.ElicitationRequest{Params: newForm(question, legacyChoice)})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // a client that says that it can ask, and cannot
		return nil, errors.Join(tool.ErrCannotAsk, err)
	}
	return newAnswer(result).answer(question), nil
}

// given returns the answer that came with the call, nil for none. A yes that another
// call has used is none.
func (e *elicitor) given(ctx context.Context, question *tool.Question) *tool.Answer {
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
	if answer.Accepted && len(question.Choices) == 0 && !e.use(ctx, latest, time.Unix(asked.Time().UnixTime())) {
		return nil
	}
	return answer
}

// questionTime stands between a question's id and the UUID of when it is asked.
const questionTime = "."

// inputRequired returns the result that asks the question.
func (e *elicitor) inputRequired(question *tool.Question) (*mcp.CallToolResult, error) {
	now, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return mcpserver.NewInputRequestBuilder(encodeState(e.answers)).
		Elicit(question.ID+questionTime+now.String(), newForm(question, titledChoice)).ToolResult(), nil
}

// answerField is the only field of a question's form.
const answerField = "answer"

// newForm returns the form that shows a question; choice makes the field of one
// with choices.
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

// titledChoice returns the field of a choice as protocol versions since 2025-11-25
// write it.
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

// formAnswer is a form as it came back.
type formAnswer struct {
	Accepted bool `json:"accepted"` // the person submitted the form
	Value    any  `json:"value"`    // of its field
}

// newAnswer reads the form of a result.
func newAnswer(result *mcp.ElicitationResult) formAnswer {
	content, _ := result.Content.(map[string]any)
	return formAnswer{Accepted: result.Action == mcp.ElicitationResponseActionAccept, Value: content[answerField]}
}

// answer returns the answer to a question. A submitted form agrees to nothing
// unless its field says so.
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

// decodeState reads it. It returns nothing of a state that cannot be read: then the
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
