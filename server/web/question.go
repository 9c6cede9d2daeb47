package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/envelope"
)

// questions are what this server has asked clients and they have not answered
// yet. An answer counts only from the session that was asked.
type questions struct {
	mu    sync.Mutex
	last  int64
	asked map[asked]chan<- envelope.Message
}

type asked struct{ session, id string }

// asker asks the client of one session. send writes a message to where that
// client reads while it waits for the call's own answer.
type asker struct {
	questions *questions
	session   string
	send      func(any) error
}

// Notify writes a notification before it returns, and so before the result of
// the call that it belongs to.
func (a asker) Notify(notification mcp.JSONRPCNotification) error { return a.send(notification) }

// RequestElicitation implements mcp-go's SessionWithElicitation: the client
// puts a question to its user.
func (a asker) RequestElicitation(ctx context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	result := &mcp.ElicitationResult{}
	if err := a.ask(ctx, mcp.MethodElicitationCreate, request.Params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// RequestSampling implements mcp-go's SessionWithSampling: the client asks its
// model.
func (a asker) RequestSampling(ctx context.Context, request mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
	result := &mcp.CreateMessageResult{}
	if err := a.ask(ctx, mcp.MethodSamplingCreateMessage, request.CreateMessageParams, result); err != nil {
		return nil, err
	}
	content, err := mcp.ParseSamplingContent(result.Content)
	if err != nil {
		return nil, fmt.Errorf("read what the client's model said: %w", err)
	}
	result.Content = content
	return result, nil
}

func (a asker) ask(ctx context.Context, method mcp.MCPMethod, params, result any) error {
	id, answered, forget := a.questions.note(a.session)
	defer forget()
	if err := a.send(map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION,
		"id":      json.RawMessage(id),
		"method":  method,
		"params":  params,
	}); err != nil {
		return fmt.Errorf("put a question to the client: %w", err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case answer := <-answered:
		return readAnswer(answer, result)
	}
}

func readAnswer(answer envelope.Message, result any) error {
	if answer.Error != nil {
		var refusal struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(answer.Error, &refusal) // without a message it is a refusal all the same
		return errors.New("the client refused: " + refusal.Message)
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("read the answer to a question: %w", err)
	}
	return nil
}

// note gives a question its id, and says where its answer will come.
func (q *questions) note(session string) (id string, answered <-chan envelope.Message, forget func()) {
	answers := make(chan envelope.Message, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	key := asked{session, strconv.FormatInt(q.last, 10)}
	if q.asked == nil {
		q.asked = map[asked]chan<- envelope.Message{}
	}
	q.asked[key] = answers
	return key.id, answers, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.asked, key)
	}
}

// deliver hands a client's answer to the call that asked; false where none did.
func (q *questions) deliver(session string, answer envelope.Message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	key := asked{session, string(answer.ID)}
	answered, ok := q.asked[key]
	if ok {
		delete(q.asked, key)
		answered <- answer
	}
	return ok
}
