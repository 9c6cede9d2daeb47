package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jellydator/ttlcache/v3"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/server/jsonrpc"
	"langsmith-insights-mcp/tools/tool"
)

// Extension is the extension's name among the capabilities.
const Extension = "io.modelcontextprotocol/tasks"

// Options configure [Tasks].
type Options struct {
	// Key returns the key that seals the ids of the caller of ctx.
	Key func(ctx context.Context) Key

	// Run makes a task's call for the caller of ctx without waiting. Its error may be a
	// [*tool.UnfinishedError].
	Run func(ctx context.Context, call Call) (*mcp.CallToolResult, error)

	// Ending is closed when the server is about to end; nil for never.
	Ending <-chan struct{}

	// Server names the server in results.
	Server mcp.Implementation
}

// Tasks creates tasks and answers requests about them. It implements [jsonrpc.Extension].
type Tasks struct {
	options Options

	// cancelled has the ids of tasks that were cancelled in this process. Another replica
	// still answers for them with the state of the job, which is harmless.
	cancelled *ttlcache.Cache[string, struct{}]
}

// The bounds of the memory of cancelled tasks.
const (
	maxCancelled = 10_000
	cancelledTTL = 24 * time.Hour
)

// New returns Tasks.
func New(options Options) *Tasks {
	return &Tasks{options: options, cancelled: ttlcache.New(
		ttlcache.WithCapacity[string, struct{}](maxCancelled),
		ttlcache.WithTTL[string, struct{}](cancelledTTL),
	)}
}

// IsAccepted reports whether a task may answer the request of ctx: its protocol version is
// 2026-07-28 or later, and its client declares the extension.
func IsAccepted(ctx context.Context) bool {
	info := mcpserver.RequestProtocolInfoFromContext(ctx)
	return info != nil && info.Modern && declaresExtension(info.ClientCapabilities)
}

func declaresExtension(capabilities *mcp.ClientCapabilities) bool {
	if capabilities == nil {
		return false
	}
	_, ok := capabilities.Extensions[Extension]
	return ok
}

// Create returns a task as the result of an unfinished tools/call.
func (t *Tasks) Create(ctx context.Context, name string, made time.Time, unfinished *tool.UnfinishedError) (*mcp.CallToolResult, error) {
	arguments, err := json.Marshal(unfinished.Arguments)
	if err != nil {
		return nil, fmt.Errorf("encode a task's arguments: %w", err)
	}
	call := Call{Tool: name, Arguments: arguments, Made: made}
	id, err := seal(t.options.Key(ctx), call)
	if err != nil {
		return nil, err
	}
	created := newWorkingTask(id, call, unfinished)
	created.ResultType = resultTypeTask
	// mcp-go's type has no room for a task: see [jsonrpc.Payload].
	return &mcp.CallToolResult{Result: mcp.Result{ResultType: resultTypeTask}, StructuredContent: created}, nil
}

// Handle implements [jsonrpc.Extension]. It leaves other requests to mcp-go, which also
// refuses requests of older protocol versions or without the required _meta.
func (t *Tasks) Handle(ctx context.Context, m *jsonrpc.Message) (mcp.JSONRPCMessage, bool) {
	var answer func(context.Context, string, Call) any
	switch m.Method {
	case jsonrpc.MethodTasksGet:
		answer = t.get
	case jsonrpc.MethodTasksUpdate:
		answer = t.update
	case jsonrpc.MethodTasksCancel:
		answer = t.cancel
	default:
		return nil, false
	}
	var meta mcp.Meta
	if m.ID == nil || json.Unmarshal(m.Params["_meta"], &meta) != nil || !mcp.IsModernProtocol(meta.ProtocolVersion()) ||
		!mcp.IsValidProtocolVersion(meta.ProtocolVersion()) || meta.ClientCapabilities() == nil {
		return nil, false
	}
	if !declaresExtension(meta.ClientCapabilities()) {
		return refuse(missingCapability()), true
	}
	id := m.TaskID()
	call, err := open(t.options.Key(ctx), id)
	if err != nil {
		return refuse(mcp.JSONRPCErrorDetails{Code: mcp.INVALID_PARAMS, Message: err.Error() + ": this caller has no task with this id"}), true
	}
	return mcp.JSONRPCResponse{Result: answer(ctx, id, call)}, true
}

// missingCapability returns the error for a client that does not declare the extension.
func missingCapability() mcp.JSONRPCErrorDetails {
	return mcp.JSONRPCErrorDetails{
		Code:    mcp.MISSING_REQUIRED_CLIENT_CAPABILITY,
		Message: "missing required client capability: extensions[" + Extension + "]",
		Data:    map[string]any{"requiredCapabilities": map[string]any{"extensions": map[string]any{Extension: struct{}{}}}},
	}
}

func refuse(problem mcp.JSONRPCErrorDetails) mcp.JSONRPCMessage {
	return mcp.JSONRPCError{Error: problem}
}

// get answers tasks/get.
func (t *Tasks) get(ctx context.Context, id string, call Call) any {
	task := t.state(ctx, id, call)
	task.Result = t.newCompleteResult()
	return task
}

// state returns the current state of a task.
func (t *Tasks) state(ctx context.Context, id string, call Call) *task {
	if t.cancelled.Has(id) {
		return newTask(id, cancelled, call)
	}
	result, err := t.options.Run(ctx, call)
	var unfinished *tool.UnfinishedError
	switch {
	case errors.As(err, &unfinished):
		return newWorkingTask(id, call, unfinished)
	case err != nil:
		ended := newTask(id, failed, call)
		ended.StatusMessage = err.Error()
		ended.Error = &mcp.JSONRPCErrorDetails{Code: mcp.INTERNAL_ERROR, Message: err.Error()}
		return ended
	}
	ended := newTask(id, completed, call)
	ended.ToolResult = result
	return ended
}

// update answers tasks/update. No task asks for input, and unsolicited input is to be
// ignored.
func (t *Tasks) update(context.Context, string, Call) any { return t.newCompleteResult() }

// cancel answers tasks/cancel: it ends a working task, but not the job that it waits for.
func (t *Tasks) cancel(ctx context.Context, id string, call Call) any {
	if t.state(ctx, id, call).Status == working {
		t.cancelled.DeleteExpired()
		t.cancelled.Set(id, struct{}{}, ttlcache.DefaultTTL)
	}
	return t.newCompleteResult()
}

// newCompleteResult returns the common part of results of the type complete.
func (t *Tasks) newCompleteResult() mcp.Result {
	var meta mcp.Meta
	meta.SetServerInfo(t.options.Server)
	return mcp.Result{Meta: &meta, ResultType: mcp.ResultTypeComplete}
}
