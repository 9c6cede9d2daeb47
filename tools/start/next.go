package start

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

// findsNothing reports whether no trace matches now.
func (d *dryRun) findsNothing() bool {
	return d.MatchingTraces != nil && *d.MatchingTraces == 0
}

// nextAfterDryRun returns the next call after a dry run of a call: that call, if it would start
// a job. It returns nil if there is nothing for an agent to call.
func (r *Result) nextAfterDryRun(call *tool.Call) *tool.Call {
	d := r.dryRun
	switch {
	case d.existing != nil && r.AlreadyDone:
		return tool.NewCall("get_insights_job", "session_id", r.SessionID, "job_id", d.existing.ID)
	case d.existing != nil:
		return tool.NewCall("wait_for_insights_job", "session_id", r.SessionID, "job_id", d.existing.ID)
	case d.matches.DescribeFilter() != "":
		return changeCall(call, map[string]any{"filter": nil})
	case d.findsNothing():
		return changeCall(call, d.wider)
	case len(d.missingKeys) > 0:
		other := dryrun.OtherModel(d.complete, d.ModelSecrets)
		if other == "" {
			return nil
		}
		return changeCall(call, map[string]any{"model": other})
	}
	return call
}

// widen returns the arguments of a wider window.
func widen(request *langsmith.CreateInsightsJobRequest, now time.Time) map[string]any {
	start, end, _ := request.Window(now)
	if _, fixed := request.StartTime.Get(); fixed {
		return map[string]any{"start_time": end.Add(-scope.WideningFactor * end.Sub(start)).UTC().Format(time.RFC3339)}
	}
	return map[string]any{"last_n_hours": int(scope.WideningFactor * end.Sub(start).Hours())}
}

// changeCall returns a dry run of a call with other values of some arguments, nil if there
// is no call.
func changeCall(call *tool.Call, changed map[string]any) *tool.Call {
	if call == nil {
		return nil
	}
	arguments := maps.Clone(call.Arguments)
	maps.Copy(arguments, changed)
	arguments["dry_run"] = true
	return &tool.Call{Tool: call.Tool, Arguments: arguments}
}

// describeAfterDryRun describes the next call after a dry run.
func (r *Result) describeAfterDryRun() string {
	d := r.dryRun
	switch {
	case d.unconfirmed:
		return "have a person start it in LangSmith, or use a client that can ask (elicitation)"
	case d.existing != nil:
		return r.Next.Text("job_id")
	case d.matches.DescribeFilter() != "":
		return "the same call with another filter, or without one (filter=null), still with dry_run"
	case d.findsNothing():
		return "the same call with a wider window, such as " + describeArguments(d.wider) + ", still with dry_run; list_projects shows when the project last had runs"
	case len(d.missingKeys) > 0:
		text := fmt.Sprintf("the same call after a person has added %s to the workspace's secrets in LangSmith", strings.Join(d.missingKeys, " and "))
		if other := dryrun.OtherModel(d.complete, d.ModelSecrets); other != "" {
			text += fmt.Sprintf(", or now with model=%s, whose key is there", other)
		}
		return text
	}
	return "the same call without dry_run starts it"
}

func describeArguments(arguments map[string]any) string {
	var written []string
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		written = append(written, fmt.Sprintf("%s=%v", name, arguments[name]))
	}
	return strings.Join(written, " ")
}
