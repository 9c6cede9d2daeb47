package tools

import (
	"context"
	"fmt"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/schedule"
)

// scheduledRuns are the paid jobs that a config with a schedule starts, again
// and again.
type scheduledRuns struct {
	when         *schedule.Schedule
	next         time.Time
	fewest, most int       // a month
	traces       int       // that one run reads at most
	once         costRange // the most that one run costs
	cost         costRange // the most that a month costs
}

func newScheduledRuns(when *schedule.Schedule, request *langsmith.CreateInsightsJobRequest, now time.Time) *scheduledRuns {
	runs := &scheduledRuns{when: when, next: when.Next(now), traces: tracesAtMost(request)}
	runs.fewest, runs.most = when.PerMonth(now)
	runs.once = price(request, runs.traces)
	runs.cost = costRange{round4(runs.once.Low * float64(runs.most)), round4(runs.once.High * float64(runs.most))}
	return runs
}

// bill says how often the runs come and what that may cost.
func (r *scheduledRuns) bill() string {
	times := count(r.most, "run") + " a month"
	if r.fewest != r.most {
		times = thousands(r.fewest) + " to " + times
	}
	return fmt.Sprintf("%s, next %s UTC; each is a paid job over at most %s, about %s; at most about %s a month",
		times, r.next.Format("2006-01-02 15:04"), count(r.traces, "trace"), r.once, r.cost)
}

// checkSchedule holds a schedule against the operator's bound on a day's jobs: a
// schedule starts them on its own, where nobody counts.
func checkSchedule(env *Env, when *schedule.Schedule) error {
	if most := env.Policy.MaxJobsPerDay; when != nil && most > 0 && when.PerDay() > most {
		return badArgument("schedule_cron", "starts %s a day; the operator of this server allows %d (--max-jobs-per-day)", count(when.PerDay(), "job"), most)
	}
	return nil
}

// agreeToSchedule has a person agree when a schedule is saved, where the operator
// wants that: nobody is asked when it starts its jobs.
func agreeToSchedule(ctx context.Context, env *Env, project langsmith.Project, runs *scheduledRuns) error {
	return env.agree(ctx, &Question{
		ID:   "schedule",
		Text: fmt.Sprintf("A config over %s is to run by itself, until its schedule is cleared: %s; %s. Is that agreed?", projectLabel(project), runs.when, runs.bill()),
	}, "Without schedule_cron the config can be saved; a person can schedule it in LangSmith.")
}
