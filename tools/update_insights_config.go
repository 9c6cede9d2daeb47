package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/schedule"
	"langsmith-insights-mcp/tools/tool"
)

type updateInsightsConfigArgs struct {
	tool.ProjectArgs
	ConfigID     uuid.UUID                                              `json:"config_id" jsonschema_description:"The config to change."`
	Name         langsmith.Optional[string]                             `json:"name,omitzero" jsonschema:"minLength=1,maxLength=255" jsonschema_extras:"nullClears=true" jsonschema_description:"Its new name."`
	Description  langsmith.Optional[string]                             `json:"description,omitzero" jsonschema_extras:"nullClears=true" jsonschema_description:"What it is for."`
	Config       langsmith.Optional[langsmith.CreateInsightsJobRequest] `json:"config,omitzero" jsonschema_extras:"nullClears=true" jsonschema_description:"All settings: replaces the saved ones."`
	ScheduleCron langsmith.Optional[string]                             `json:"schedule_cron,omitzero" jsonschema_extras:"nullClears=true" jsonschema_description:"As in create_insights_config; null ends the schedule."`
	configs.ScheduleArgs
}

func (a *updateInsightsConfigArgs) request() *langsmith.UpdateConfigRequest {
	return &langsmith.UpdateConfigRequest{Name: a.Name, Description: a.Description, Config: a.Config, ScheduleCron: a.ScheduleCron}
}

// Check applies the rules that the API documents.
func (a *updateInsightsConfigArgs) Check() error {
	if a.Name.IsAbsent() && a.Description.IsAbsent() && a.Config.IsAbsent() && a.ScheduleCron.IsAbsent() {
		return langsmith.FieldError{Problem: "no change is given: give name, description, config or schedule_cron; null clears one"}
	}
	when, err := configs.ParseSchedule(a.ScheduleCron)
	config, _ := a.Config.Get()
	var blank error
	if name, given := a.Name.Get(); given {
		blank = tool.CheckName("name", name)
	}
	return errors.Join(blank, a.request().Check(), err, configs.CheckWindow(when, &config))
}

// CheckPolicy refuses a schedule above the operator's limits, or above what the call accepts.
func (a *updateInsightsConfigArgs) CheckPolicy(policy tool.Policy) error {
	return a.ScheduleArgs.CheckPolicy(policy, a.ScheduleCron, a.settings())
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

func runUpdateInsightsConfig(ctx context.Context, env *tool.Env, args updateInsightsConfigArgs) (*tool.Resizable[*configs.SavedConfig], error) {
	when, err := configs.ParseSchedule(args.ScheduleCron)
	if err != nil {
		return nil, err
	}
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	planned, err := planChange(ctx, env, project, args, when)
	if err != nil {
		return nil, err
	}
	if err := planned.check(env); err != nil {
		return nil, err
	}
	outcome := configs.Outcome{Project: project, Schedule: args.ScheduleCron, Others: planned.others}
	if outcome.Forecast, err = planned.forecast(ctx, env, project, args); err != nil {
		return nil, err
	}
	if args.DryRun {
		return planned.dryRun(outcome, args)
	}
	if planned.when != nil && planned.settings != nil {
		if err := configs.ConfirmSchedule(ctx, env, project, args.ConfigID, planned.when, outcome.Forecast); err != nil {
			return nil, err
		}
	}
	saved, err := env.LangSmith.UpdateConfig(ctx, project.ID, args.ConfigID, args.request())
	if err != nil {
		if settings := args.settings(); settings != nil {
			err = dryrun.ExplainFilter(env.Audience, settings, err, "config.filter")
		}
		return nil, err
	}
	outcome.Config, outcome.Dropped = *saved, planned.describeDropped(args, saved.ScheduleCron)
	return outcome.SavedResult("changed"), nil
}

// settings returns the settings that the call gives, nil if it gives none.
func (a *updateInsightsConfigArgs) settings() *langsmith.CreateInsightsJobRequest {
	if given, ok := a.Config.Get(); ok {
		return &given
	}
	return nil
}

// change is the effect of an update on a config.
type change struct {
	saved    *langsmith.Config                   // the saved config, nil if it is not needed
	others   []langsmith.Config                  // with a schedule, if the saved one is needed
	when     *schedule.Schedule                  // the new schedule, nil if there is none or it is unchanged
	settings *langsmith.CreateInsightsJobRequest // the new settings, nil if they are unchanged
	fetched  bool                                // the settings are the saved ones
}

// planChange returns the effect of an update on a config. It fetches the saved config if
// the jobs that its schedule starts depend on it, and if a schedule is given, to name the
// settings that the change drops.
func planChange(ctx context.Context, env *tool.Env, project langsmith.Project, args updateInsightsConfigArgs, when *schedule.Schedule) (*change, error) {
	planned := &change{when: when}
	if given, ok := args.Config.Get(); ok {
		planned.settings = &given
	} else if args.Config.IsNull() {
		planned.settings = &langsmith.CreateInsightsJobRequest{}
	}
	needed := args.DryRun || when != nil
	if planned.settings != nil && args.ScheduleCron.IsAbsent() {
		_, fixed := planned.settings.StartTime.Get()
		needed = needed || fixed || env.Policy.Confirm || env.Policy.MaxSample > 0
	}
	if !needed {
		return planned, nil
	}
	saved, others, err := findConfig(ctx, env, project, args.ConfigID)
	if err != nil {
		return nil, err
	}
	planned.saved, planned.others = saved, others
	if args.ScheduleCron.IsAbsent() {
		if kept, err := schedule.Parse(saved.ScheduleCron); err == nil {
			planned.when = kept
		}
	}
	if planned.settings == nil {
		planned.settings, planned.fetched = configs.ReadRequest(saved.Config), true
	}
	return planned, nil
}

// check refuses a change after which a schedule would start jobs that the operator does
// not allow, or jobs over the same fixed window.
func (c *change) check(env *tool.Env) error {
	if c.when == nil || c.settings == nil {
		return nil
	}
	var fixed langsmith.FieldError
	if errors.As(configs.CheckWindow(c.when, c.settings), &fixed) {
		return &tool.ArgumentError{Problems: []langsmith.FieldError{fixed}, Asked: true}
	}
	if err := env.Policy.CheckSample(c.settings); err != nil {
		return tool.Refuse("The config cannot be scheduled with its settings: %s. Give config too. Nothing was changed.", err)
	}
	return nil
}

// forecast returns what a run would find after a change of the schedule, or of the settings
// of a config that has one; in a dry run of any config. It returns nil for other changes.
func (c *change) forecast(ctx context.Context, env *tool.Env, project langsmith.Project, args updateInsightsConfigArgs) (*configs.Forecast, error) {
	givesSettings, givesSchedule := !args.Config.IsAbsent(), !args.ScheduleCron.IsAbsent()
	reads := c.when != nil && (givesSettings || givesSchedule) || args.DryRun && givesSettings
	if !reads || c.settings == nil {
		return nil, nil
	}
	argument := "config.filter"
	if c.fetched {
		argument = "config_id"
	}
	return configs.NewForecast(ctx, env, project, c.settings, argument, args.DryRun)
}

// describeDropped names the saved settings that the given ones replace and do not have. If
// the saved ones are unknown, it says for a config with a schedule that all are replaced.
func (c *change) describeDropped(args updateInsightsConfigArgs, cron string) string {
	given := args.settings()
	switch {
	case given == nil:
		return ""
	case c.saved != nil:
		return configs.DescribeDropped(c.saved.Config, given)
	case cron != "":
		return "config has replaced all saved settings: those that it does not give are gone."
	}
	return ""
}

// dryRun returns the outcome of the update.
func (c *change) dryRun(outcome configs.Outcome, args updateInsightsConfigArgs) (*tool.Resizable[*configs.SavedConfig], error) {
	after := *c.saved
	for _, text := range []struct {
		field *string
		given langsmith.Optional[string]
	}{{&after.Name, args.Name}, {&after.Description, args.Description}, {&after.ScheduleCron, args.ScheduleCron}} {
		if !text.given.IsAbsent() {
			*text.field, _ = text.given.Get()
		}
	}
	if !c.fetched {
		var err error
		if after.Config, err = json.Marshal(c.settings); err != nil {
			return nil, fmt.Errorf("encode the settings: %w", err)
		}
	}
	outcome.Config, outcome.Dropped = after, c.describeDropped(args, after.ScheduleCron)
	request, given := args.request(), args.ScheduleArgs
	args.DryRun = false
	return outcome.DryRunResult(request, given, tool.RepeatCall("update_insights_config", args))
}

// findConfig finds a saved config in the list, since the API has no request for a single
// one. It also returns the others with a schedule.
func findConfig(ctx context.Context, env *tool.Env, project langsmith.Project, id uuid.UUID) (saved *langsmith.Config, others []langsmith.Config, err error) {
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, false)
	if err != nil {
		return nil, nil, err
	}
	for i := range all {
		switch {
		case all[i].ID == id.String():
			saved = &all[i]
		case all[i].ScheduleCron != "":
			others = append(others, all[i])
		}
	}
	if saved != nil {
		return saved, others, nil
	}
	return nil, nil, tool.Refuse("There is no config %s in %s. Call list_insights_configs. Nothing was changed.", id, tool.ProjectLabel(project))
}
