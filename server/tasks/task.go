package tasks

import (
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/tools/tool"
)

// The statuses of a task. This server's tasks never have input_required: a person is asked
// before a task is created.
const (
	working   = "working"
	completed = "completed"
	failed    = "failed"
	cancelled = "cancelled"
)

// resultTypeTask is the resultType of a task instead of a tool's result.
const resultTypeTask mcp.ResultType = "task"

// task is a task on the wire.
type task struct {
	mcp.Result

	TaskID         string `json:"taskId"`
	Status         string `json:"status"`
	StatusMessage  string `json:"statusMessage,omitempty"`
	CreatedAt      string `json:"createdAt"`
	LastUpdatedAt  string `json:"lastUpdatedAt"`
	TTLMs          *int64 `json:"ttlMs"` // always null: an id is valid as long as its caller's credentials
	PollIntervalMs int64  `json:"pollIntervalMs,omitempty"`

	ToolResult *mcp.CallToolResult      `json:"result,omitempty"`
	Error      *mcp.JSONRPCErrorDetails `json:"error,omitempty"`
}

// newTask returns a task with a status and the current time.
func newTask(id, status string, call Call) *task {
	return &task{TaskID: id, Status: status, CreatedAt: timestamp(call.Made), LastUpdatedAt: timestamp(time.Now())}
}

// newWorkingTask returns the task of an unfinished call.
func newWorkingTask(id string, call Call, unfinished *tool.UnfinishedError) *task {
	t := newTask(id, working, call)
	t.StatusMessage = unfinished.Message
	t.PollIntervalMs = unfinished.NextPoll.Milliseconds()
	if t.LastUpdatedAt = t.CreatedAt; unfinished.AsOf.After(call.Made) {
		t.LastUpdatedAt = timestamp(unfinished.AsOf)
	}
	return t
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// WithMeta implements [jsonrpc.Payload].
func (t *task) WithMeta(meta *mcp.Meta) any {
	whole := *t
	whole.Meta = meta
	return whole
}
