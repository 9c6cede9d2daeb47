package compare

import (
	"context"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Side is one of the two jobs of a comparison.
type Side struct {
	project langsmith.Project
	job     *langsmith.Report
	tree    *report.Tree
}

// Fetch fetches a job to compare. It refuses one without a report.
func Fetch(ctx context.Context, env *tool.Env, project langsmith.Project, id uuid.UUID) (*Side, error) {
	job, err := env.LangSmith.GetJob(ctx, project.ID, id)
	if err != nil {
		return nil, err
	}
	shown := jobs.NewJob(&job.Job, tool.Links{}, jobs.MaxName)
	name := markdown.Quote(shown.Name, jobs.MaxName)
	switch {
	case job.Status.Failed():
		return nil, tool.Refuse("Job %s (%s) failed and has no report to compare: %s. Choose another: %s", name, id, shown.Reason(),
			wording.Call("list_insights_jobs", "session_id", project.ID))
	case !job.Status.Done():
		return nil, tool.Refuse("Job %s (%s) is not finished: its status is %s. Wait for it, then compare again: %s", name, id, shown.State(),
			wording.Call("wait_for_insights_job", "session_id", project.ID, "job_id", id))
	}
	return &Side{project: project, job: job, tree: report.Build(job.Clusters)}, nil
}

// call writes the call that shows the side's own report.
func (s *Side) call() string {
	return wording.Call("get_insights_job", "session_id", s.project.ID, "job_id", s.job.ID)
}
