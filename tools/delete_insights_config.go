package tools

import (
	"context"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/tool"
)

type deleteInsightsConfigArgs struct {
	tool.ProjectArgs
	ConfigID uuid.UUID `json:"config_id" jsonschema_description:"The config to delete."`
}

func deleteInsightsConfig() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:  "delete_insights_config",
		Title: "Delete an Insights config",
		Description: "Delete a saved Insights config and its schedule for good; its reports stay. To end only the schedule, use " +
			"update_insights_config with schedule_cron null.",
		Effect:     tool.Destroys,
		Repeatable: true,
		Toolset:    "configs",
	}, runDeleteInsightsConfig)
}

func runDeleteInsightsConfig(ctx context.Context, env *tool.Env, args deleteInsightsConfigArgs) (*deletedResult, error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	deleted, err := env.LangSmith.DeleteConfig(ctx, project.ID, args.ConfigID)
	var result *deletedResult
	switch {
	case tool.IsNotFound(err):
		if result, err = newAlreadyGone(ctx, env, project, args.ConfigID, "config", err); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	default:
		result = newDeletedResult(args.ConfigID, deleted)
	}
	if remaining := configs.DescribeSchedules(ctx, env, project); remaining != "" {
		result.add(remaining)
	}
	return result, nil
}
