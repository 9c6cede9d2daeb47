package tools

import (
	"context"
	"errors"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/schedule"
)

type createInsightsConfigArgs struct {
	ProjectArgs
	Name         string                              `json:"name" jsonschema:"minLength=1,maxLength=255"`
	Description  langsmith.Optional[string]          `json:"description,omitzero"`
	Config       *langsmith.CreateInsightsJobRequest `json:"config" jsonschema_description:"Settings by the argument names of create_insights_job, e.g. {\"last_n_hours\": 168, \"sample\": 200}."`
	ScheduleCron langsmith.Optional[string]          `json:"schedule_cron,omitzero" jsonschema_description:"Five fields in UTC, e.g. 0 6 * * mon. Starts a paid job each time."`
}

func (a *createInsightsConfigArgs) request() *langsmith.CreateConfigRequest {
	return &langsmith.CreateConfigRequest{Name: a.Name, Description: a.Description, Config: a.Config, ScheduleCron: a.ScheduleCron}
}

// Check holds the arguments against the rules that the API documents.
func (a *createInsightsConfigArgs) Check() error {
	_, err := readSchedule(a.ScheduleCron)
	return errors.Join(a.request().Check(), err)
}

// readSchedule reads a schedule that a call gives; nil where it gives none.
func readSchedule(cron langsmith.Optional[string]) (*schedule.Schedule, error) {
	text, given := cron.Get()
	if !given {
		return nil, nil
	}
	when, err := schedule.Parse(text)
	if err != nil {
		return nil, langsmith.FieldError{Field: "schedule_cron", Problem: err.Error()}
	}
	return when, nil
}

func createInsightsConfig() Tool {
	return DefineResizable(Declaration{
		Name:  "create_insights_config",
		Title: "Save an Insights config",
		Description: "Save settings for Insights jobs under a name. Saving costs nothing, but WITH schedule_cron LangSmith starts a paid job each " +
			"time it comes due, until it is cleared: the result says how often a month and what it may cost. The same call again returns " +
			"the config that is there. A single report needs no config.",
		Effect:     Writes,
		Repeatable: true,
		Toolset:    "configs",
	}, runCreateInsightsConfig)
}

func runCreateInsightsConfig(ctx context.Context, env *Env, args createInsightsConfigArgs) (Resizable[*savedConfigResult], error) {
	if err := below("config", checkSample(env, args.Config)); err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	when, err := readSchedule(args.ScheduleCron)
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	if err := checkSchedule(env, when); err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	request := args.request()
	twin, err := findTwin(ctx, env, project, request)
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	if twin != nil {
		return savedConfig(env, "was saved already, with all that this call asks for; no second one was made", project, twin, args.ScheduleCron), nil
	}
	if when != nil {
		if err := agreeToSchedule(ctx, env, project, newScheduledRuns(when, args.Config, time.Now())); err != nil {
			return Resizable[*savedConfigResult]{}, err
		}
	}
	saved, err := env.LangSmith.CreateConfig(ctx, project.ID, request)
	var api *langsmith.Error
	if errors.As(err, &api) && api.Ambiguous() {
		// A second config with a second schedule would spend twice.
		if twin, lookErr := findTwin(ctx, env, project, request); lookErr == nil && twin != nil {
			return savedConfig(env, "is saved, although LangSmith's answer to the call was lost", project, twin, args.ScheduleCron), nil
		}
	}
	if err != nil {
		return Resizable[*savedConfigResult]{}, err
	}
	return savedConfig(env, "saved", project, saved, args.ScheduleCron), nil
}

// below names the fields of a complaint as those of an object.
func below(field string, err error) error {
	var bad *ArgumentError
	if !errors.As(err, &bad) {
		return err
	}
	moved := &ArgumentError{}
	for _, problem := range bad.Problems {
		problem.Field = strings.TrimSuffix(field+"."+problem.Field, ".")
		moved.Problems = append(moved.Problems, problem)
	}
	return moved
}
