package tasks

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/jsonrpc"
)

// methodNotification is the notification with the state of a task.
const methodNotification = "notifications/tasks"

// maxSubscribedTasks bounds the tasks of one subscription, each of which needs a goroutine.
const maxSubscribedTasks = 100

// Subscribe implements [jsonrpc.Extension]: it notifies a client of those of the requested
// tasks that are its own, until all of them have ended.
func (t *Tasks) Subscribe(ctx context.Context, m *jsonrpc.Message) (*jsonrpc.Subscription, *mcp.JSONRPCErrorDetails) {
	var wanted struct {
		TaskIDs []string `json:"taskIds"`
	}
	var meta mcp.Meta
	if json.Unmarshal(m.Params["notifications"], &wanted) != nil || json.Unmarshal(m.Params["_meta"], &meta) != nil || len(wanted.TaskIDs) == 0 {
		return nil, nil // mcp-go refuses what is malformed
	}
	if !declaresExtension(meta.ClientCapabilities()) {
		refusal := missingCapability()
		return nil, &refusal
	}
	key, calls := t.options.Key(ctx), map[string]Call{}
	subscription := &jsonrpc.Subscription{}
	for _, id := range wanted.TaskIDs {
		call, err := open(key, id)
		if _, twice := calls[id]; err != nil || twice || len(calls) == maxSubscribedTasks {
			continue // the acknowledgement does not list it
		}
		calls[id] = call
		subscription.TaskIDs = append(subscription.TaskIDs, id)
	}
	subscription.Run = func(ctx context.Context, notify func(string, jsonrpc.Payload) error) {
		var group sync.WaitGroup
		for id, call := range calls {
			group.Go(func() { t.notify(ctx, id, call, notify) })
		}
		group.Wait()
	}
	return subscription, nil
}

// notify sends the state of a task, and each change of it, until the task has ended.
func (t *Tasks) notify(ctx context.Context, id string, call Call, send func(string, jsonrpc.Payload) error) {
	for sent := ""; ; {
		task := t.state(ctx, id, call)
		if ctx.Err() != nil {
			return
		}
		if state := task.Status + task.LastUpdatedAt; state != sent {
			if send(methodNotification, task) != nil || task.Status != working {
				return
			}
			sent = state
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
