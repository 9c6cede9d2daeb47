package compare

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

// PreviousJob names the report before a job: the newest one before it that succeeded,
// of the same config if there is one. In another project it is the newest one there.
const PreviousJob = "previous"

// Jobs has the ids of two jobs to compare.
type Jobs struct{ Job, Baseline uuid.UUID }

// FindJobs returns the job and its baseline that a call names. Empty stands for
// [tool.LatestJob] and [PreviousJob]. If they do not read the same filter over successive
// windows, it also returns two of the project's jobs that does; nil for none.
func FindJobs(ctx context.Context, env *tool.Env, project, baseline langsmith.Project, job tool.JobID, baselineJob string) (found Jobs, better *Jobs, err error) {
	if job == "" {
		job = tool.LatestJob
	}
	isPrevious := baselineJob == "" || baselineJob == PreviousJob
	if isPrevious && baseline.ID != project.ID {
		isPrevious, baselineJob = false, string(tool.LatestJob)
	}
	if !isPrevious {
		if found.Job, err = jobs.Find(ctx, env, project, job); err == nil {
			found.Baseline, err = jobs.Find(ctx, env, baseline, tool.JobID(baselineJob))
		}
		return found, nil, err
	}
	all, err := jobs.ListAll(ctx, env.LangSmith, project.ID)
	if err != nil {
		return Jobs{}, nil, err
	}
	succeeded := jobs.FilterSuccessful(all)
	later, before, err := findLater(ctx, env, project, succeeded, job)
	if err != nil {
		return Jobs{}, nil, err
	}
	earlier := findPrevious(later, before)
	if earlier == nil {
		return Jobs{}, nil, refuseFirst(env, project, later, all)
	}
	found = Jobs{later.ID, earlier.ID}
	if jobs.ScopeOf(later, env.Scopes).Follows(jobs.ScopeOf(earlier, env.Scopes)) {
		return found, nil, nil
	}
	better = findSuccessive(env, later, succeeded)
	for i := 0; i < len(succeeded) && better == nil && job == tool.LatestJob; i++ {
		better = findSuccessive(env, &succeeded[i], succeeded)
	}
	return found, better, nil
}

// findSuccessive pairs a job with the newest job whose window is before its own, with the
// same filter. It returns nil if there is none.
func findSuccessive(env *tool.Env, later *langsmith.Job, succeeded []langsmith.Job) *Jobs {
	reads := jobs.ScopeOf(later, env.Scopes)
	for i := range succeeded {
		if reads.Follows(jobs.ScopeOf(&succeeded[i], env.Scopes)) {
			return &Jobs{later.ID, succeeded[i].ID}
		}
	}
	return nil
}

// findLater returns the job that a call names, which may not have succeeded yet, and
// those before it that have, newest first.
func findLater(ctx context.Context, env *tool.Env, project langsmith.Project, succeeded []langsmith.Job, job tool.JobID) (later *langsmith.Job, before []langsmith.Job, err error) {
	if job == tool.LatestJob {
		if len(succeeded) == 0 {
			return nil, nil, jobs.RefuseLatest(project)
		}
		return &succeeded[0], succeeded[1:], nil
	}
	if i := slices.IndexFunc(succeeded, func(j langsmith.Job) bool { return j.ID == job.UUID() }); i >= 0 {
		return &succeeded[i], succeeded[i+1:], nil
	}
	report, err := env.LangSmith.GetJob(ctx, project.ID, job.UUID())
	if err != nil {
		return nil, nil, err
	}
	first := slices.IndexFunc(succeeded, func(j langsmith.Job) bool { return !j.CreatedAt.After(report.CreatedAt.Time) })
	if first < 0 {
		return &report.Job, nil, nil
	}
	return &report.Job, succeeded[first:], nil
}

// findPrevious returns the newest of the jobs before another, preferring those of its
// config. It returns nil if there is none.
func findPrevious(later *langsmith.Job, before []langsmith.Job) *langsmith.Job {
	if len(before) == 0 {
		return nil
	}
	if later.ConfigID != uuid.Nil {
		if i := slices.IndexFunc(before, func(j langsmith.Job) bool { return j.ConfigID == later.ConfigID }); i >= 0 {
			return &before[i]
		}
	}
	return &before[0]
}

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
