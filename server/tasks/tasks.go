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

// Options make [Tasks].
type Options struct {
	// Key returns what the ids of the caller of ctx are sealed with.
	Key func(ctx context.Context) Key

	// Run makes a task's call for the caller of ctx, as one that is polled. Its error
	// may be a [*tool.Unfinished].
	Run func(ctx context.Context, call Call) (*mcp.CallToolResult, error)

	// Ending is closed when the server is about to end; nil for never.
	Ending <-chan struct{}

	// Server names the server in results.
	Server mcp.Implementation
}

// Tasks makes tasks, and answers requests about them. It implements
// [jsonrpc.Extension].
type Tasks struct {
	options Options

	// ended are the tasks that their clients have cancelled here. Another replica goes
	// on answering for them, to no harm.
	ended *ttlcache.Cache[string, struct{}]
}

// What is remembered of cancelled tasks is bounded in number and time.
const (
	maxEnded = 10_000
	endedTTL = 24 * time.Hour
)

// New returns Tasks.
func New(options Options) *Tasks {
	return &Tasks{options: options, ended: ttlcache.New(
		ttlcache.WithCapacity[string, struct{}](maxEnded),
		ttlcache.WithTTL[string, struct{}](endedTTL),
	)}
}

// Accepted reports whether the request of ctx may be answered by a task: it is of the
// era of 2026-07-28, and its client declares the extension.
func Accepted(ctx context.Context) bool {
	info := mcpserver.RequestProtocolInfoFromContext(ctx)
	return info != nil && info.Modern && declares(info.ClientCapabilities)
}

func declares(capabilities *mcp.ClientCapabilities) bool {
	if capabilities == nil {
		return false
	}
	_, ok := capabilities.Extensions[Extension]
	return ok
}

// Create returns the result of a tools/call that is a task, for a call that is not
// finished.
func (t *Tasks) Create(ctx context.Context, name string, made time.Time, unfinished *tool.Unfinished) (*mcp.CallToolResult, error) {
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

// Answer implements [jsonrpc.Extension]. It leaves to mcp-go what is no request of the
// extension's, and refusing requests of another era or without what every request has.
func (t *Tasks) Answer(ctx context.Context, m jsonrpc.Message) (mcp.JSONRPCMessage, bool) {
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
	if !declares(meta.ClientCapabilities()) {
		return refuse(missingCapability()), true
	}
	id := m.TaskID()
	call, err := open(t.options.Key(ctx), id)
	if err != nil {
		return refuse(mcp.JSONRPCErrorDetails{Code: mcp.INVALID_PARAMS, Message: err.Error() + ": the id is none of this caller's tasks"}), true
	}
	return mcp.JSONRPCResponse{Result: answer(ctx, id, call)}, true
}

// missingCapability is the error of a request about tasks whose client does not declare
// the extension.
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
	task.Result = t.complete()
	return task
}

// state returns a task as it is.
func (t *Tasks) state(ctx context.Context, id string, call Call) *task {
	if t.ended.Has(id) {
		return newTask(id, cancelled, call)
	}
	result, err := t.options.Run(ctx, call)
	var unfinished *tool.Unfinished
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

// update answers tasks/update. No task asks for input, and answers that nobody asked
// for are to be ignored.
func (t *Tasks) update(context.Context, string, Call) any { return t.complete() }

// cancel answers tasks/cancel: it ends the task of a call that is not finished, and
// nothing else.
func (t *Tasks) cancel(ctx context.Context, id string, call Call) any {
	if t.state(ctx, id, call).Status == working {
		t.ended.DeleteExpired()
		t.ended.Set(id, struct{}{}, ttlcache.DefaultTTL)
	}
	return t.complete()
}

// complete returns what every result has that is no task in place of a tool's.
func (t *Tasks) complete() mcp.Result {
	var meta mcp.Meta
	meta.SetServerInfo(t.options.Server)
	return mcp.Result{Meta: &meta, ResultType: mcp.ResultTypeComplete}
}
