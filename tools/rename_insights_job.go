package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

type renameInsightsJobArgs struct {
	tool.ProjectArgs
	JobID tool.JobID `json:"job_id" jsonschema_description:"A UUID, or latest (that succeeded)."`
	Name  string     `json:"name" jsonschema:"minLength=1" jsonschema_description:"Its new name."`
}

// Check refuses a blank name.
func (a *renameInsightsJobArgs) Check() error { return tool.CheckName("name", a.Name) }

type renameInsightsJobResult struct {
	ID     uuid.UUID        `json:"id"`
	Name   string           `json:"name"`
	Status langsmith.Status `json:"status"`
}

func renameInsightsJob() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:        "rename_insights_job",
		Title:       "Rename an Insights job",
		Description: "Give an Insights job another name. A running job is not affected.",
		Effect:      tool.Writes,
		Repeatable:  true,
		Toolset:     "insights",
		ResultOf:    "get_insights_job",
	}, runRenameInsightsJob)
}

func runRenameInsightsJob(ctx context.Context, env *tool.Env, args renameInsightsJobArgs) (*renameInsightsJobResult, error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	id, err := jobs.Find(ctx, env, project, args.JobID)
	if err != nil {
		return nil, err
	}
	renamed, err := env.LangSmith.RenameJob(ctx, project.ID, id, args.Name)
	if err != nil {
		return nil, err
	}
	return &renameInsightsJobResult{ID: id, Name: markdown.Truncate(renamed.Name, markdown.MaxName), Status: renamed.Status}, nil
}

// Text implements [tool.Result].
func (r *renameInsightsJobResult) Text() string {
	return fmt.Sprintf("Job %s is now called %s.\n", r.ID, markdown.Quote(r.Name, markdown.MaxName))
}
