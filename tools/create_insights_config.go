package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/tool"
)

type createInsightsConfigArgs struct {
	tool.ProjectArgs
	Name         string                              `json:"name" jsonschema:"minLength=1,maxLength=255" jsonschema_description:"The config's name."`
	Description  langsmith.Optional[string]          `json:"description,omitzero" jsonschema_description:"What the config is for."`
	Config       *langsmith.CreateInsightsJobRequest `json:"config" jsonschema_description:"Settings by the argument names of create_insights_job, e.g. {\"last_n_hours\": 168, \"sample\": 200}."`
	ScheduleCron langsmith.Optional[string]          `json:"schedule_cron,omitzero" jsonschema_description:"Five fields in UTC, e.g. 0 6 * * mon."`
	configs.ScheduleArgs
}

func (a *createInsightsConfigArgs) request() *langsmith.CreateConfigRequest {
	return &langsmith.CreateConfigRequest{Name: a.Name, Description: a.Description, Config: a.Config, ScheduleCron: a.ScheduleCron}
}

// Check applies the rules that the API documents.
func (a *createInsightsConfigArgs) Check() error {
	when, err := configs.ParseSchedule(a.ScheduleCron)
	return errors.Join(tool.CheckName("name", a.Name), a.request().Check(), err, configs.CheckWindow(when, a.Config))
}

// CheckPolicy refuses a schedule above the operator's limits, or above what the call accepts.
func (a *createInsightsConfigArgs) CheckPolicy(policy tool.Policy) error {
	return a.ScheduleArgs.CheckPolicy(policy, a.ScheduleCron, a.Config)
}

func createInsightsConfig() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "create_insights_config",
		Title: "Save an Insights config",
		Description: "Save settings for Insights jobs under a name. WITH schedule_cron LangSmith starts a paid job each " +
			"time, until it is cleared; dry_run shows the runs and cost per month. Repeating the call returns the existing config.",
		Effect:     tool.Writes,
		Repeatable: true,
		Toolset:    "configs",
	}, runCreateInsightsConfig)
}

func runCreateInsightsConfig(ctx context.Context, env *tool.Env, args createInsightsConfigArgs) (*tool.Resizable[*configs.SavedConfig], error) {
	when, err := configs.ParseSchedule(args.ScheduleCron)
	if err != nil {
		return nil, err
	}
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	request := args.request()
	// An equal call waits for this one, and finds its config: a second schedule would
	// cost twice.
	unlock, err := env.Locks.Lock(ctx, "config "+project.ID.String()+" "+request.Name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	existing, others, err := configs.FindExisting(ctx, env, project, request)
	if err != nil {
		return nil, err
	}
	outcome := configs.Outcome{Project: project, Schedule: args.ScheduleCron, Others: others}
	if existing != nil {
		outcome.Config = *existing
		return outcome.SavedResult("already exists with these settings; no second one was saved"), nil
	}
	if when != nil {
		if err := configs.RefuseSecondSchedule(project, request.Name, others); err != nil {
			return nil, err
		}
	}
	if args.DryRun || when != nil {
		if outcome.Forecast, err = configs.NewForecast(ctx, env, project, args.Config, "config.filter", args.DryRun); err != nil {
			return nil, err
		}
	}
	if args.DryRun {
		return args.dryRun(outcome)
	}
	if when != nil {
		if err := configs.ConfirmSchedule(ctx, env, project, request, when, outcome.Forecast); err != nil {
			return nil, err
		}
	}
	ctx = context.WithoutCancel(ctx) // LangSmith may still save it, unseen by the next equal call
	saved, err := env.LangSmith.CreateConfig(ctx, project.ID, request)
	var api *langsmith.Error
	if errors.As(err, &api) && api.Ambiguous() {
		if existing, _, findErr := configs.FindExisting(ctx, env, project, request); findErr == nil && existing != nil {
			outcome.Config = *existing
			return outcome.SavedResult("is saved, although LangSmith's response was lost"), nil
		}
	}
	if err != nil {
		return nil, dryrun.ExplainFilter(env.Audience, request.Config, err, "config.filter")
	}
	outcome.Config = *saved
	return outcome.SavedResult("saved"), nil
}

// dryRun returns the outcome of saving the config.
func (a createInsightsConfigArgs) dryRun(outcome configs.Outcome) (*tool.Resizable[*configs.SavedConfig], error) {
	request, given := a.request(), a.ScheduleArgs
	settings, err := json.Marshal(request.Config)
	if err != nil {
		return nil, fmt.Errorf("encode the settings: %w", err)
	}
	outcome.Config = langsmith.Config{Name: request.Name, Config: settings}
	outcome.Config.Description, _ = request.Description.Get()
	outcome.Config.ScheduleCron, _ = request.ScheduleCron.Get()
	a.DryRun = false
	return outcome.DryRunResult(request, given, tool.RepeatCall("create_insights_config", a))
}
