package tools

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

type updateInsightsConfigArgs struct {
	ProjectArgs
	ConfigID     uuid.UUID                                              `json:"config_id"`
	Name         langsmith.Optional[string]                             `json:"name,omitzero" jsonschema:"minLength=1,maxLength=255"`
	Description  langsmith.Optional[string]                             `json:"description,omitzero"`
	Config       langsmith.Optional[langsmith.CreateInsightsJobRequest] `json:"config,omitzero" jsonschema_description:"All settings, as in create_insights_config."`
	ScheduleCron langsmith.Optional[string]                             `json:"schedule_cron,omitzero" jsonschema_description:"As in create_insights_config; null ends the schedule."`
}

func (a *updateInsightsConfigArgs) request() *langsmith.UpdateConfigRequest {
	return &langsmith.UpdateConfigRequest{Name: a.Name, Description: a.Description, Config: a.Config, ScheduleCron: a.ScheduleCron}
}

// Check holds the arguments against the rules that the API documents.
func (a *updateInsightsConfigArgs) Check() error {
	if a.Name.IsZero() && a.Description.IsZero() && a.Config.IsZero() && a.ScheduleCron.IsZero() {
		return langsmith.FieldError{Problem: "nothing is to be changed: give name, description, config or schedule_cron; null clears one"}
	}
	_, err := readSchedule(a.ScheduleCron)
	return errors.Join(a.request().Check(), err)
}

func updateInsightsConfig() Tool {
	return Define(Declaration{
		Name:  "update_insights_config",
		Title: "Change an Insights config",
		Description: "Change a saved Insights config: what is given is changed, null clears it, and what is left out stays. " +
			"schedule_cron null ends its schedule. WITH a schedule LangSmith starts a paid job each time it comes due: the result says how often a month and what it may cost. " +
			"Prebuilt configs cannot be changed; save a copy with create_insights_config.",
		Effect:     Writes,
		Repeatable: true,
		Toolset:    "configs",
	}, runUpdateInsightsConfig)
}

func runUpdateInsightsConfig(ctx context.Context, env *Env, args updateInsightsConfigArgs) (*savedConfigResult, error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	if err := env.allowUpdate(ctx, project, &args); err != nil {
		return nil, err
	}
	saved, err := env.LangSmith.UpdateConfig(ctx, project.ID, args.ConfigID, args.request())
	if err != nil {
		return nil, err
	}
	return env.savedConfig("changed", project, saved, args.ScheduleCron), nil
}

// allowUpdate holds the config as it would be against what the operator allows.
// Only where that turns on what the call leaves as it is, the config is looked up.
func (e *Env) allowUpdate(ctx context.Context, project langsmith.Project, args *updateInsightsConfigArgs) error {
	config, hasConfig := args.Config.Get()
	when, err := readSchedule(args.ScheduleCron)
	if err != nil {
		return err
	}
	if hasConfig {
		if err := below("config", e.checkSample(&config)); err != nil {
			return err
		}
	}
	bounded := e.Policy.MaxSample > 0 || e.Policy.MaxJobsPerDay > 0 || e.Policy.Confirm
	unscheduled := args.ScheduleCron.IsNull() || !hasConfig && when == nil
	if !bounded || unscheduled {
		return nil
	}
	if !hasConfig || when == nil {
		saved, err := e.findConfig(ctx, project, args.ConfigID)
		if err != nil {
			return err
		}
		if when == nil {
			when, _ = readSchedule(langsmith.Some(saved.ScheduleCron))
		}
		if !hasConfig {
			config = *requestIn(saved.Config)
		}
	}
	if when == nil {
		return nil
	}
	if err := e.checkSample(&config); err != nil {
		return refuse("The config cannot be scheduled as it is: %s. Give config too, with a sample.", err)
	}
	return e.allowSchedule(ctx, project, newScheduledRuns(when, &config, e.now()))
}

// findConfig finds a saved config; the API has no way to read one alone.
func (e *Env) findConfig(ctx context.Context, project langsmith.Project, id uuid.UUID) (*langsmith.Config, error) {
	all, err := e.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id.String() {
			return &all[i], nil
		}
	}
	return nil, refuse("There is no config %s in %s. Call list_insights_configs. Nothing was changed.", id, projectLabel(project))
}
