package compare

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/tool"
)

// PreviousJob names the report before a job: the newest one before it that succeeded,
// of the same config if there is one. In another project it is the newest one there.
const PreviousJob = "previous"

// FindJobs returns the ids of the job and of its baseline that a call names. Empty
// stands for [tool.LatestJob] and [PreviousJob].
func FindJobs(ctx context.Context, env *tool.Env, project, baseline langsmith.Project, job tool.JobID, baselineJob string) (id, baselineID uuid.UUID, err error) {
	if job == "" {
		job = tool.LatestJob
	}
	isPrevious := baselineJob == "" || baselineJob == PreviousJob
	if isPrevious && baseline.ID != project.ID {
		isPrevious, baselineJob = false, string(tool.LatestJob)
	}
	if !isPrevious {
		if id, err = jobs.Find(ctx, env, project, job); err == nil {
			baselineID, err = jobs.Find(ctx, env, baseline, tool.JobID(baselineJob))
		}
		return id, baselineID, err
	}
	all, err := jobs.ListAll(ctx, env.LangSmith, project.ID)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	later, before, err := findLater(ctx, env, project, jobs.Successful(all), job)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	earlier := findPrevious(later, before)
	if earlier == nil {
		return uuid.Nil, uuid.Nil, refuseFirst(env, project, later, all)
	}
	return later.ID, earlier.ID, nil
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
