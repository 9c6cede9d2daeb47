package compare

import (
	"fmt"
	"slices"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

// refuseFirst refuses to compare a job without an earlier report, and suggests one: a
// later report of an earlier window, an unfinished job that may be one, else a job over
// the window before.
func refuseFirst(env *tool.Env, project langsmith.Project, job *langsmith.Job, all []langsmith.Job) error {
	reads := jobs.ScopeOf(job, env.Scopes)
	text := fmt.Sprintf("There is no earlier report to compare job %s with: no other job of %s succeeded before it.", job.ID, tool.ProjectLabel(project))
	compare := func(baseline any) string {
		return tool.NewCall("compare_insights_jobs", "session_id", project.ID, "job_id", job.ID, "baseline_job_id", baseline).Text()
	}
	find := func(fits func(langsmith.Status, *scope.Scope) bool) int {
		return slices.IndexFunc(all, func(other langsmith.Job) bool {
			return other.ID != job.ID && fits(other.Status, jobs.ScopeOf(&other, env.Scopes))
		})
	}
	made := find(func(status langsmith.Status, of *scope.Scope) bool {
		return status == langsmith.StatusSuccess && endsBefore(of, reads)
	})
	if made >= 0 {
		return tool.RefuseMissing("%s Job %s was started after it, over an earlier window: %s", text, markdown.Quote(all[made].Name, jobs.MaxName), compare(all[made].ID))
	}
	unfinished := find(func(status langsmith.Status, of *scope.Scope) bool {
		return !status.Done() && (of.Length() <= 0 || reads.Length() <= 0 || endsBefore(of, reads))
	})
	if unfinished >= 0 {
		text += fmt.Sprintf("\nJob %s is not finished and may become one: %s waits for it.", markdown.Quote(all[unfinished].Name, jobs.MaxName), compare(all[unfinished].ID))
	}
	call := []any{"session_id", project.ID, "config_id", job.ConfigID}
	window := " with start_time and end_time of the window before"
	if reads.Length() > 0 {
		window = ""
		call = append(call, reads.Arguments(reads.StartTime.Add(-reads.Length()), reads.StartTime.Time)...)
	}
	return tool.RefuseMissing("%s\nTo start one (paid; this shows its cost): %s%s. Then %s", text,
		tool.NewCall("create_insights_job", append(call, "dry_run", true)...).Text(), window, compare("its id"))
}

// endsBefore reports whether a window is known to end before another.
func endsBefore(reads, other *scope.Scope) bool {
	return reads.Length() > 0 && other.Length() > 0 && reads.EndTime.Before(other.EndTime.Time)
}
