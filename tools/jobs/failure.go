package jobs

import (
	"slices"
	"strings"

	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// failure is the cause of a failed job, as far as LangSmith's error shows it.
type failure int

const (
	failureUnknown  failure = iota
	failureNoTraces         // no trace to read
	failureQuota            // of the model's provider
	failureNoKey            // of the model
)

// failureWords are parts of LangSmith's or a model provider's errors for each failure. None
// of them is documented.
var failureWords = [...][]string{
	failureNoTraces: {"no traces", "no runs", "no threads", "no matching"},
	failureQuota:    {"quota", "rate limit", "rate_limit"},
	failureNoKey:    {"api key", "api_key", "secret", "credential", "authentication", "unauthorized"},
}

func (r *Result) failure() failure {
	reason := strings.ToLower(r.Error)
	found := slices.IndexFunc(failureWords[:], func(words []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(reason, word) })
	})
	return failure(max(found, 0))
}

// retry returns the dry run that is suggested after a failed job: of the same job, as far
// as its scope is known, or of a wider window if it found no traces.
func (r *Result) retry() *tool.Call {
	call := []any{"session_id", r.SessionID, "config_id", r.ConfigID}
	if r.Scope != nil {
		start, end := r.Scope.StartTime.Time, r.Scope.EndTime.Time
		if r.failure() == failureNoTraces {
			start = start.Add(-(scope.WideningFactor - 1) * r.Scope.Length())
		}
		call = append(call, r.Scope.Arguments(start, end)...)
	}
	return tool.NewCall("create_insights_job", append(call, "dry_run", true)...)
}

// describeRetry describes the suggested dry run.
func (r *Result) describeRetry() string {
	var what string
	switch r.failure() {
	case failureNoTraces:
		if what = "shows how many traces match now; then widen the window, or change the filter."; r.Scope.Length() > 0 {
			what = "shows whether " + wording.Duration(scope.WideningFactor*r.Scope.Length()) + " have traces; otherwise change the filter."
		}
	case failureQuota:
		what = "shows what another job would read and cost; it can succeed when the provider's quota allows."
	case failureNoKey:
		what = "shows which model secrets the workspace has."
	default:
		what = "shows what another job would read and cost."
	}
	return what + " Without dry_run it starts (paid)."
}
