package tools

import (
	"context"

	"github.com/google/uuid"
)

type deleteInsightsConfigArgs struct {
	ProjectArgs
	ConfigID uuid.UUID `json:"config_id"`
}

func deleteInsightsConfig() Tool {
	return Define(Declaration{
		Name:  "delete_insights_config",
		Title: "Delete an Insights config",
		Description: "Delete a saved Insights config for good, with its schedule; its reports stay. To end only the schedule use " +
			"update_insights_config with schedule_cron null. Deleting what is gone is no error.",
		Effect:     Destroys,
		Repeatable: true,
		Toolset:    "configs",
	}, runDeleteInsightsConfig)
}

func runDeleteInsightsConfig(ctx context.Context, env *Env, args deleteInsightsConfigArgs) (*deletedResult, error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	deleted, err := env.LangSmith.DeleteConfig(ctx, project.ID, args.ConfigID)
	if notFound(err) {
		return alreadyGone(ctx, env, project, args.ConfigID, "config", err)
	}
	if err != nil {
		return nil, err
	}
	return newDeletedResult(args.ConfigID, deleted), nil
}
