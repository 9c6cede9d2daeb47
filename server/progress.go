package server

import (
	"context"

	"langsmith-insights-mcp/server/jsonrpc"
	"langsmith-insights-mcp/tools/tool"
)

// ProgressReporter returns a function that reports a call's progress to its client, nil
// if the client requested none. A report that cannot be sent is dropped.
func ProgressReporter(ctx context.Context) func(tool.Progress) {
	report := jsonrpc.ReportProgress(ctx)
	if report == nil {
		return nil
	}
	return func(progress tool.Progress) {
		_ = report(jsonrpc.Progress{Done: progress.Done, Total: progress.Total, Message: progress.Message})
	}
}
