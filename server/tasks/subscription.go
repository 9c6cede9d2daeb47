package tasks

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/jsonrpc"
)

// methodNotification is the notification that tells of a task.
const methodNotification = "notifications/tasks"

// maxSubscribed bounds the tasks of one subscription, each of which takes a goroutine.
const maxSubscribed = 100

// Subscribe implements [jsonrpc.Extension]: a client is told of the tasks that it asks
// for and that are its own, until all of them have ended.
func (t *Tasks) Subscribe(ctx context.Context, m jsonrpc.Message) (*jsonrpc.Subscription, *mcp.JSONRPCErrorDetails) {
	var wanted struct {
		TaskIDs []string `json:"taskIds"`
	}
	var meta mcp.Meta
	if json.Unmarshal(m.Params["notifications"], &wanted) != nil || json.Unmarshal(m.Params["_meta"], &meta) != nil || len(wanted.TaskIDs) == 0 {
		return nil, nil // mcp-go refuses what is malformed
	}
	if !declares(meta.ClientCapabilities()) {
		refusal := missingCapability()
		return nil, &refusal
	}
	key, calls := t.options.Key(ctx), map[string]Call{}
	subscription := &jsonrpc.Subscription{}
	for _, id := range wanted.TaskIDs {
		call, err := open(key, id)
		if _, twice := calls[id]; err != nil || twice || len(calls) == maxSubscribed {
			continue // the acknowledgement says so
		}
		calls[id] = call
		subscription.TaskIDs = append(subscription.TaskIDs, id)
	}
	subscription.Run = func(ctx context.Context, notify func(string, jsonrpc.Payload) error) {
		var telling sync.WaitGroup
		for id, call := range calls {
			telling.Go(func() { t.tell(ctx, id, call, notify) })
		}
		telling.Wait()
	}
	return subscription, nil
}

// tell tells of a task: as it is, and whenever there is news of it, until it has ended.
func (t *Tasks) tell(ctx context.Context, id string, call Call, notify func(string, jsonrpc.Payload) error) {
	for told := ""; ; {
		task := t.state(ctx, id, call)
		if ctx.Err() != nil {
			return
		}
		if news := task.Status + task.LastUpdatedAt; news != told {
			if notify(methodNotification, task) != nil || task.Status != working {
				return
			}
			told = news
		}
		select {
		case <-time.After(time.Duration(task.PollIntervalMs) * time.Millisecond):
		case <-t.options.Ending:
			return
		case <-ctx.Done():
			return
		}
	}
}
