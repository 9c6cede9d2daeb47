package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// questions are what this server has asked clients and they have not answered
// yet. An answer counts only from the session that was asked.
type questions struct {
	mu    sync.Mutex
	last  int64
	asked map[asked]chan<- envelope
}

type asked struct{ session, id string }

// elicit has a client put a question to its user. send writes a message to
// where the client reads while it waits for the call's own answer.
func (q *questions) elicit(ctx context.Context, session string, request mcp.ElicitationRequest, send func(any) error) (*mcp.ElicitationResult, error) {
	answered := make(chan envelope, 1)
	q.mu.Lock()
	q.last++
	id := strconv.FormatInt(q.last, 10)
	key := asked{session, id}
	if q.asked == nil {
		q.asked = map[asked]chan<- envelope{}
	}
	q.asked[key] = answered
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		delete(q.asked, key)
		q.mu.Unlock()
	}()

	if err := send(map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION,
		"id":      json.RawMessage(id),
		"method":  mcp.MethodElicitationCreate,
		"params":  request.Params,
	}); err != nil {
		return nil, fmt.Errorf("put a question to the client: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case answer := <-answered:
		return readAnswer(answer)
	}
}

func readAnswer(answer envelope) (*mcp.ElicitationResult, error) {
	if answer.Error != nil {
		var refusal struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(answer.Error, &refusal) // without a message it is a refusal all the same
		return nil, errors.New("the client refused to ask: " + refusal.Message)
	}
	result := &mcp.ElicitationResult{}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return nil, fmt.Errorf("read the answer to a question: %w", err)
	}
	return result, nil
}

// deliver hands a client's answer to the call that asked; false where none did.
func (q *questions) deliver(session string, answer envelope) bool {
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
