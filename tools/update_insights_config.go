package tools

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/schedule"
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
	return DefineResizable(Declaration{
		Name:  "update_insights_config",
		Title: "Change an Insights config",
		Description: "Change a saved Insights config: what is given changes, null clears, what is left out stays. WITH a schedule LangSmith starts " +
			"a paid job each time it comes due. Prebuilt configs cannot be changed.",
		Effect:     Writes,
		Repeatable: true,
		Toolset:    "configs",
	}, runUpdateInsightsConfig)
}

func runUpdateInsightsConfig(ctx context.Context, env *Env, args updateInsightsConfigArgs) (Resizable[*savedConfigResult], error) {
	when, err := readSchedule(args.ScheduleCron)
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	var config *langsmith.CreateInsightsJobRequest
	if given, ok := args.Config.Get(); ok {
		config = &given
		if err := below("config", env.checkSample(config)); err != nil {
			return Resizable[*savedConfigResult]{}, err
		}
	}
	if err := env.checkSchedule(when); err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	if !args.ScheduleCron.IsNull() {
		if err := env.allowRuns(ctx, project, args.ConfigID, when, config); err != nil {
			return Resizable[*savedConfigResult]{}, err
		}
	}
	saved, err := env.LangSmith.UpdateConfig(ctx, project.ID, args.ConfigID, args.request())
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	return env.savedConfig("changed", project, saved, args.ScheduleCron), nil
}

// allowRuns holds the runs of a config as it will be, with a new schedule, new
// settings or both (nil where they stay), against what the operator allows.
// What stays is looked up, where anything turns on it.
func (e *Env) allowRuns(ctx context.Context, project langsmith.Project, id uuid.UUID, when *schedule.Schedule, config *langsmith.CreateInsightsJobRequest) error {
	bounded := e.Policy.Confirm || e.Policy.MaxSample > 0
	if !bounded || when == nil && config == nil {
		return nil
	}
	if when == nil || config == nil {
		saved, err := e.findConfig(ctx, project, id)
		if err != nil {
			return err
		}
		if when == nil {
			if when, err = schedule.Parse(saved.ScheduleCron); err != nil {
				return nil //nolint:nilerr // it has no schedule
			}
		}
		if config == nil {
			config = requestIn(saved.Config)
		}
	}
	if err := e.checkSample(config); err != nil {
		return refuse("The config cannot be scheduled as it is: %s. Give config too. Nothing was changed.", err)
	}
	return e.agreeToSchedule(ctx, project, newScheduledRuns(when, config, e.now()))
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
