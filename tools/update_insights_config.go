package tools

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/schedule"
	"langsmith-insights-mcp/tools/tool"
)

type updateInsightsConfigArgs struct {
	tool.ProjectArgs
	ConfigID     uuid.UUID                                              `json:"config_id" jsonschema_description:"The config to change."`
	Name         langsmith.Optional[string]                             `json:"name,omitzero" jsonschema:"minLength=1,maxLength=255" jsonschema_extras:"nullClears=true" jsonschema_description:"Its new name."`
	Description  langsmith.Optional[string]                             `json:"description,omitzero" jsonschema_extras:"nullClears=true" jsonschema_description:"What it is for."`
	Config       langsmith.Optional[langsmith.CreateInsightsJobRequest] `json:"config,omitzero" jsonschema_extras:"nullClears=true" jsonschema_description:"All settings, as in create_insights_config."`
	ScheduleCron langsmith.Optional[string]                             `json:"schedule_cron,omitzero" jsonschema_extras:"nullClears=true" jsonschema_description:"As in create_insights_config; null ends the schedule."`
}

func (a *updateInsightsConfigArgs) request() *langsmith.UpdateConfigRequest {
	return &langsmith.UpdateConfigRequest{Name: a.Name, Description: a.Description, Config: a.Config, ScheduleCron: a.ScheduleCron}
}

// Check applies the rules that the API documents.
func (a *updateInsightsConfigArgs) Check() error {
	if a.Name.IsZero() && a.Description.IsZero() && a.Config.IsZero() && a.ScheduleCron.IsZero() {
		return langsmith.FieldError{Problem: "nothing is to be changed: give name, description, config or schedule_cron; null clears one"}
	}
	_, err := configs.ParseSchedule(a.ScheduleCron)
	return errors.Join(a.request().Check(), err)
}

func updateInsightsConfig() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "update_insights_config",
		Title: "Change an Insights config",
		Description: "Change a saved Insights config: what is given changes, null clears, the rest stays. WITH a schedule LangSmith starts a paid " +
			"job each time. Prebuilt configs cannot be changed.",
		Effect:     tool.Writes,
		Repeatable: true,
		Toolset:    "configs",
		ResultOf:   "create_insights_config",
	}, runUpdateInsightsConfig)
}

func runUpdateInsightsConfig(ctx context.Context, env *tool.Env, args updateInsightsConfigArgs) (*tool.Resizable[*configs.Saved], error) {
	when, err := configs.ParseSchedule(args.ScheduleCron)
	if err != nil {
		return nil, err
	}
	var config *langsmith.CreateInsightsJobRequest
	if given, ok := args.Config.Get(); ok {
		config = &given
		if err := tool.WithPrefix("config.", env.Policy.CheckSample(config)); err != nil {
			return nil, err
		}
	}
	if err := configs.CheckSchedule(env.Policy, when); err != nil {
		return nil, err
	}
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	if !args.ScheduleCron.IsNull() {
		if err := checkRuns(ctx, env, project, args.ConfigID, when, config); err != nil {
			return nil, err
		}
	}
	saved, err := env.LangSmith.UpdateConfig(ctx, project.ID, args.ConfigID, args.request())
	if err != nil {
		return nil, err
	}
	return configs.NewSaved("changed", project, saved, args.ScheduleCron), nil
}

// checkRuns refuses a change to a config after which its schedule would start what
// the operator does not allow. A schedule or settings that are nil stay as they are,
// and are fetched where the decision depends on them.
func checkRuns(ctx context.Context, env *tool.Env, project langsmith.Project, id uuid.UUID, when *schedule.Schedule, config *langsmith.CreateInsightsJobRequest) error {
	bounded := env.Policy.Confirm || env.Policy.MaxSample > 0
	if !bounded || when == nil && config == nil {
		return nil
	}
	if when == nil || config == nil {
		saved, err := findConfig(ctx, env, project, id)
		if err != nil {
			return err
		}
		if when == nil {
			if when, err = schedule.Parse(saved.ScheduleCron); err != nil {
				return nil //nolint:nilerr // it has no schedule
			}
		}
		if config == nil {
			config = configs.ReadRequest(saved.Config)
		}
	}
	if err := env.Policy.CheckSample(config); err != nil {
		return tool.Refuse("The config cannot be scheduled as it is: %s. Give config too. Nothing was changed.", err)
	}
	return configs.ConfirmSchedule(ctx, env, project, configs.NewScheduledRuns(when, config, time.Now()))
}

// findConfig finds a saved config in the list: the API does not return one alone.
func findConfig(ctx context.Context, env *tool.Env, project langsmith.Project, id uuid.UUID) (*langsmith.Config, error) {
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id.String() {
			return &all[i], nil
		}
	}
	return nil, tool.Refuse("There is no config %s in %s. Call list_insights_configs. Nothing was changed.", id, tool.ProjectLabel(project))
}
