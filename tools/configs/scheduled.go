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

// ReadSchedule reads a schedule that a call gives; nil where it gives none.
func ReadSchedule(cron langsmith.Optional[string]) (*schedule.Schedule, error) {
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

// ScheduledRuns are the paid jobs that a config with a schedule starts, again
// and again.
type ScheduledRuns struct {
	when         *schedule.Schedule
	next         time.Time
	fewest, most int        // a month
	traces       int        // that one run reads at most
	once         cost.Range // the most that one run costs
	cost         cost.Range // the most that a month costs
}

func NewScheduledRuns(when *schedule.Schedule, request *langsmith.CreateInsightsJobRequest, now time.Time) *ScheduledRuns {
	runs := &ScheduledRuns{when: when, next: when.Next(now), traces: cost.MaxTraces(request)}
	runs.fewest, runs.most = when.PerMonth(now)
	runs.once = cost.Of(request, runs.traces)
	runs.cost = runs.once.Times(runs.most)
	return runs
}

// bill says how often the runs come and what that may cost.
func (r *ScheduledRuns) bill() string {
	times := wording.Count(r.most, "run") + " a month"
	if r.fewest != r.most {
		times = wording.Thousands(r.fewest) + " to " + times
	}
	return fmt.Sprintf("%s, next %s UTC; each is a paid job over at most %s, about %s; at most about %s a month",
		times, r.next.Format("2006-01-02 15:04"), wording.Count(r.traces, "trace"), r.once, r.cost)
}

// CheckSchedule holds a schedule against the operator's bound on a day's jobs: a
// schedule starts them on its own, where nobody counts.
func CheckSchedule(env *tool.Env, when *schedule.Schedule) error {
	if most := env.Policy.MaxJobsPerDay; when != nil && most > 0 && when.PerDay() > most {
		return tool.BadArgument("schedule_cron", "starts %s a day; the operator of this server allows %d (--max-jobs-per-day)", wording.Count(when.PerDay(), "job"), most)
	}
	return nil
}

// AgreeToSchedule has a person agree when a schedule is saved, where the operator
// wants that: nobody is asked when it starts its jobs.
func AgreeToSchedule(ctx context.Context, env *tool.Env, project langsmith.Project, runs *ScheduledRuns) error {
	return env.Confirm(ctx, &tool.Question{
		ID:   "schedule",
		Text: fmt.Sprintf("A config over %s is to run by itself, until its schedule is cleared: %s; %s. Is that agreed?", tool.ProjectLabel(project), runs.when, runs.bill()),
	}, "Without schedule_cron the config can be saved; a person can schedule it in LangSmith.")
}
