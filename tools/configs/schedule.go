package configs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/schedule"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// ScheduleArgs are the arguments that limit what a schedule may spend.
type ScheduleArgs struct {
	AcceptRunsPerMonth int  `json:"accept_runs_per_month,omitempty" jsonschema:"minimum=1" jsonschema_description:"Accepted paid runs; required above 31."`
	DryRun             bool `json:"dry_run,omitempty" jsonschema_description:"Save nothing; show runs and cost."`
}

// ParseSchedule parses the schedule of a call. It returns nil if there is none.
func ParseSchedule(cron langsmith.Optional[string]) (*schedule.Schedule, error) {
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

// scheduledRuns are the paid jobs that a schedule starts.
type scheduledRuns struct {
	when         *schedule.Schedule
	next         time.Time
	fewest, most int        // a month
	traces       int        // that one run reads at most
	once         cost.Range // of one run
	cost         cost.Range // of a month with the most runs

	window            time.Duration // that each run reads; 0 if unknown
	shortest, longest time.Duration // between two runs
}

// newScheduledRuns returns the runs of a schedule over the settings of a request.
func newScheduledRuns(when *schedule.Schedule, request *langsmith.CreateInsightsJobRequest, now time.Time) *scheduledRuns {
	runs := &scheduledRuns{when: when, next: when.Next(now), traces: cost.MaxTraces(request)}
	runs.fewest, runs.most = when.PerMonth(now)
	runs.once = cost.Of(request, runs.traces)
	runs.cost = runs.once.Times(runs.most)
	if start, end, known := request.Window(now); known {
		runs.window = end.Sub(start)
	}
	runs.shortest, runs.longest = when.Gaps(now)
	return runs
}

// describeWindow warns if the window that each run reads differs from the time between two
// runs by more than a tenth; else it returns nothing.
func (r *scheduledRuns) describeWindow() string {
	hours := func(d time.Duration) string { return wording.Count(int(d.Round(time.Hour).Hours()), "hour") }
	switch {
	case r.window <= 0:
		return ""
	case r.longest > r.window+r.window/10:
		return fmt.Sprintf("Each run reads the last %s, but runs are up to %s apart, so some traces are never read. Set last_n_hours in config.", hours(r.window), hours(r.longest))
	case r.window > r.shortest+r.shortest/10:
		return fmt.Sprintf("Each run reads the last %s, but runs are as few as %s apart, so some traces are read, and paid for, again. Set last_n_hours in config.", hours(r.window), hours(r.shortest))
	}
	return ""
}

// describe returns how often the runs start, and what they may cost.
func (r *scheduledRuns) describe() string {
	times := wording.Count(r.most, "run") + " a month"
	if r.fewest != r.most {
		times = wording.Thousands(r.fewest) + " to " + times
	}
	return fmt.Sprintf("%s, next %s UTC; each is a paid job over at most %s, about %s; at most about %s a month",
		times, r.next.Format("2006-01-02 15:04"), wording.Count(r.traces, "trace"), r.once, r.cost)
}

// maxRuns is the maximum number of runs a month without accept_runs_per_month: one a day.
const maxRuns = 31

// CheckPolicy refuses a schedule that starts more jobs a day than the operator allows, since
// LangSmith starts them, so that they are not counted here; one that starts more runs a month
// than [maxRuns], and than the caller accepts; and settings that read too much. request is
// nil if the call gives no settings.
func (a *ScheduleArgs) CheckPolicy(policy tool.Policy, cron langsmith.Optional[string], request *langsmith.CreateInsightsJobRequest) error {
	var problems []error
	if request != nil {
		for _, problem := range langsmith.FieldErrors(policy.CheckSample(request)) {
			problem.Field = "config." + problem.Field
			problems = append(problems, problem)
		}
	}
	when, err := ParseSchedule(cron)
	if when == nil || err != nil {
		return errors.Join(problems...)
	}
	if most := policy.MaxJobsPerDay; most > 0 && when.PerDay() > most {
		problems = append(problems, langsmith.FieldError{Field: "schedule_cron", Problem: fmt.Sprintf("starts %s a day; the operator of this server allows %d (--max-jobs-per-day)", wording.Count(when.PerDay(), "job"), most)})
	} else if !a.DryRun {
		problems = append(problems, a.checkAccepted(when, request))
	}
	return errors.Join(problems...)
}

// checkAccepted refuses a schedule that starts more runs than the caller accepts.
func (a *ScheduleArgs) checkAccepted(when *schedule.Schedule, request *langsmith.CreateInsightsJobRequest) error {
	now := time.Now()
	_, most := when.PerMonth(now)
	if most <= maxRuns || most <= a.AcceptRunsPerMonth {
		return nil
	}
	price := "; dry_run shows what they may cost"
	if request != nil {
		price = fmt.Sprintf(", at most about %s", newScheduledRuns(when, request, now).cost)
	}
	return langsmith.FieldError{Field: "accept_runs_per_month", Problem: fmt.Sprintf("must be %d or more: the schedule (%s) starts up to %s a month%s. Ask the person who pays before you accept that", most, when, wording.Count(most, "paid job"), price)}
}

// CheckWindow refuses a schedule over a window with a fixed start: each run would read, and
// pay for, the traces of the earlier ones again.
func CheckWindow(when *schedule.Schedule, request *langsmith.CreateInsightsJobRequest) error {
	if when == nil || request == nil {
		return nil
	}
	if start, fixed := request.StartTime.Get(); fixed {
		return langsmith.FieldError{Field: "schedule_cron", Problem: fmt.Sprintf("cannot be used with the fixed start_time %s, because each run would read the same traces again: use last_n_hours in config", start)}
	}
	return nil
}

// ConfirmSchedule asks a person for consent before a schedule is saved, if the operator
// requires it: nobody is asked when the schedule starts its jobs. The answer counts only
// for this config with this schedule; config is its id, or the request that creates it.
func ConfirmSchedule(ctx context.Context, env *tool.Env, project langsmith.Project, config any, when *schedule.Schedule, forecast *Forecast) error {
	request := forecast.settings
	runs := newScheduledRuns(when, request, time.Now())
	return env.Confirm(ctx, &tool.Question{
		ID:   tool.QuestionID("schedule", project.ID, config, request, runs.when.String(), runs.cost),
		Text: fmt.Sprintf("Start paid jobs over %s on a schedule, until it is cleared: %s; %s. %s Do you agree?", tool.ProjectLabel(project), runs.when, runs.describe(), forecast.describe(runs)),
	}, "Without schedule_cron the config can be saved; a person can schedule it in LangSmith.")
}

// maxOthers is the maximum number of other configs with a schedule in a result.
const maxOthers = 5

func newViews(configs []langsmith.Config) []View {
	views := make([]View, len(configs))
	for i := range configs {
		views[i] = NewView(configs[i])
	}
	return views
}

const othersHeading = "Other configs of this project have schedules; update_insights_config changes one:"

// writeOthers lists the project's other configs with a schedule, and what they cost a month
// with this one: a caller who saves a second schedule may mean to change the first.
func (s *SavedConfig) writeOthers(b *strings.Builder) {
	if len(s.others) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n- %s\n", othersHeading, strings.Join(listSchedules(s.others), "\n- "))
	if sum := s.describeSum(); sum != "" {
		b.WriteString(sum + "\n")
	}
}

// DescribeSchedules says which configs of a project have a schedule. It returns an empty
// text for none, and if they cannot be read.
func DescribeSchedules(ctx context.Context, env *tool.Env, project langsmith.Project) string {
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, false)
	scheduled := slices.DeleteFunc(all, func(config langsmith.Config) bool { return config.ScheduleCron == "" })
	if err != nil || len(scheduled) == 0 {
		return ""
	}
	return "Other configs of this project still have schedules: " + strings.Join(listSchedules(newViews(scheduled)), "; ") + "."
}

// listSchedules describes configs with a schedule, the first of them.
func listSchedules(views []View) []string {
	var listed []string
	for i := range views[:min(len(views), maxOthers)] {
		view := &views[i]
		text := fmt.Sprintf("%s, config_id %s: ", markdown.Quote(view.config.Name, langsmith.MaxConfigName), QuoteID(view.config.ID))
		if view.runs == nil {
			text += markdown.Quote(view.config.ScheduleCron, markdown.MaxName) + ", which this server does not understand"
		} else {
			text += fmt.Sprintf("%s; at most %s a month, about %s", view.runs.when, wording.Count(view.runs.most, "run"), view.runs.cost)
		}
		listed = append(listed, text)
	}
	if more := len(views) - maxOthers; more > 0 {
		listed = append(listed, "and "+wording.Thousands(more)+" more: list_insights_configs")
	}
	return listed
}

// describeSum returns the cost of all schedules of the project that can be parsed; empty
// for fewer than two.
func (s *SavedConfig) describeSum() string {
	var runs int
	var sum scheduledRuns
	for _, view := range append([]View{s.view}, s.others...) {
		if view.runs != nil {
			runs++
			sum.most, sum.cost = sum.most+view.runs.most, sum.cost.Plus(view.runs.cost)
		}
	}
	if runs < 2 {
		return ""
	}
	return fmt.Sprintf("In total: at most %s a month, about %s.", wording.Count(sum.most, "run"), sum.cost)
}
