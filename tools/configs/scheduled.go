package configs

import (
	"context"
	"fmt"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/schedule"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// ParseSchedule parses the schedule that a call gives; nil where it gives none.
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

// ScheduledRuns are the paid jobs that a schedule starts.
type ScheduledRuns struct {
	when         *schedule.Schedule
	next         time.Time
	fewest, most int        // a month
	traces       int        // that one run reads at most
	once         cost.Range // of one run
	cost         cost.Range // of a month with the most runs
}

// NewScheduledRuns returns the runs of a schedule over the settings of a request.
func NewScheduledRuns(when *schedule.Schedule, request *langsmith.CreateInsightsJobRequest, now time.Time) *ScheduledRuns {
	runs := &ScheduledRuns{when: when, next: when.Next(now), traces: cost.MaxTraces(request)}
	runs.fewest, runs.most = when.PerMonth(now)
	runs.once = cost.Of(request, runs.traces)
	runs.cost = runs.once.Times(runs.most)
	return runs
}

// describe says how often the runs start, and what they may cost.
func (r *ScheduledRuns) describe() string {
	times := wording.Count(r.most, "run") + " a month"
	if r.fewest != r.most {
		times = wording.Thousands(r.fewest) + " to " + times
	}
	return fmt.Sprintf("%s, next %s UTC; each is a paid job over at most %s, about %s; at most about %s a month",
		times, r.next.Format("2006-01-02 15:04"), wording.Count(r.traces, "trace"), r.once, r.cost)
}

// CheckSchedule refuses a schedule that starts more jobs a day than the operator
// allows: LangSmith starts them, so they are not counted here.
func CheckSchedule(policy tool.Policy, when *schedule.Schedule) error {
	if most := policy.MaxJobsPerDay; when != nil && most > 0 && when.PerDay() > most {
		return tool.BadArgument("schedule_cron", "starts %s a day; the operator of this server allows %d (--max-jobs-per-day)", wording.Count(when.PerDay(), "job"), most)
	}
	return nil
}

// ConfirmSchedule has a person agree before a schedule is saved, where the operator
// wants that: nobody is asked when the schedule starts its jobs.
func ConfirmSchedule(ctx context.Context, env *tool.Env, project langsmith.Project, runs *ScheduledRuns) error {
	return env.Confirm(ctx, &tool.Question{
		ID:   "schedule",
		Text: fmt.Sprintf("A config over %s is to run by itself, until its schedule is cleared: %s; %s. Is that agreed?", tool.ProjectLabel(project), runs.when, runs.describe()),
	}, "Without schedule_cron the config can be saved; a person can schedule it in LangSmith.")
}
