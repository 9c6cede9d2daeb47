package server

import (
	"context"

	"langsmith-insights-mcp/server/jsonrpc"
	"langsmith-insights-mcp/tools/tool"
)

// ProgressReporter returns what reports a call's progress to its caller; nil where
// the caller did not ask for it. A report that cannot be sent is lost, so nothing is
// told only there.
func ProgressReporter(ctx context.Context) func(tool.Progress) {
	report := jsonrpc.ReportProgress(ctx)
	if report == nil {
		return nil
	}
	return func(progress tool.Progress) {
		_ = report(jsonrpc.Progress{Done: progress.Done, Total: progress.Total, Message: progress.Message})
	}
}
