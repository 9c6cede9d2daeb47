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

// Side is one side of a comparison.
type Side struct {
	Project langsmith.Project
	job     *langsmith.Report
	Tree    *report.Tree
}

// Read fetches a job, and refuses one that holds nothing to compare.
func (c *Side) Read(ctx context.Context, env *tool.Env, id uuid.UUID) (err error) {
	if c.job, err = env.LangSmith.GetJob(ctx, c.Project.ID, id); err != nil {
		return err
	}
	listed := jobs.NewJob(&c.job.Job, tool.Links{}, markdown.MaxName)
	name := markdown.Quote(listed.Name, markdown.MaxName)
	switch {
	case c.job.Status.Failed():
		return tool.Refuse("Job %s (%s) failed and has no report to compare: %s. Choose another: %s", name, id, listed.Reason(400), wording.Call("list_insights_jobs", "session_id", c.Project.ID))
	case !c.job.Status.Done():
		return tool.Refuse("Job %s (%s) is not finished: its status is %s. Wait for it, then compare again: %s", name, id, listed.State(), wording.Call("wait_for_insights_job", "session_id", c.Project.ID, "job_id", id))
	}
	c.Tree = report.Build(c.job.Clusters)
	return nil
}

func (c *Side) call() string {
	return wording.Call("get_insights_job", "session_id", c.Project.ID, "job_id", c.job.ID)
}
