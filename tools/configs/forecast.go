package configs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/tool"
)

// Forecast is what one run of a config would find now.
type Forecast struct {
	settings    *langsmith.CreateInsightsJobRequest
	matches     *dryrun.Matches
	missingKeys []string // of the models
}

// NewForecast counts the traces that match a config's settings, and looks for the keys of
// its models. argument is the one that has the settings: it is refused if LangSmith cannot
// parse their filter. A dry run that finds no trace also counts them without the filter.
func NewForecast(ctx context.Context, env *tool.Env, project langsmith.Project, settings *langsmith.CreateInsightsJobRequest, argument string, dryRun bool) (*Forecast, error) {
	now := time.Now()
	matches, err := dryrun.CountMatches(ctx, env, project.ID, settings, now, argument)
	if err != nil {
		return nil, err
	}
	if dryRun {
		matches.CountUnfiltered(ctx, env, project.ID, settings, now)
	}
	return &Forecast{settings, matches, dryrun.MissingKeys(settings, dryrun.ModelSecrets(ctx, env))}, nil
}

// cost returns the cost of one run over the traces that match. known is false if there may
// be more of them.
func (f *Forecast) cost() (once cost.Range, known bool) {
	if f.matches.Unknown != "" || f.matches.More {
		return cost.Range{}, false
	}
	estimate := cost.NewEstimate(f.settings)
	estimate.Limit(f.settings, f.matches.Count)
	return estimate.Cost, true
}

// currentRun returns the numbers of [Forecast.describe]; nil if the traces could not be counted.
func (f *Forecast) currentRun(runs *ScheduledRuns) *CurrentRun {
	if f.matches.Unknown != "" {
		return nil
	}
	now := &CurrentRun{MatchingTraces: f.matches.Count}
	if once, known := f.cost(); known {
		now.CostUSD = &once
		if runs != nil {
			now.CostUSDPerMonth = new(once.Times(runs.most))
		}
	}
	return now
}

// describe returns what a run would find and cost now, and what that is a month with a
// schedule; runs is nil without one.
func (f *Forecast) describe(runs *ScheduledRuns) string {
	once, known := f.cost()
	switch {
	case !known:
		return f.matches.String() + "."
	case f.matches.Count == 0:
		return strings.TrimSpace(f.matches.String() + ": a run would find nothing to read. " + f.matches.DescribeFilter())
	case runs == nil:
		return fmt.Sprintf("%s: a job of it would cost about %s.", f.matches, once)
	}
	return fmt.Sprintf("%s: about %s a run, at most %s a month at this cost.", f.matches, once, once.Times(runs.most))
}
