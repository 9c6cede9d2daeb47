package configs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// SavedConfig is a config that was saved, or would be.
type SavedConfig struct {
	Config
	Now       *CurrentRun      `json:"now,omitempty"`
	WouldSend *json.RawMessage `json:"would_send,omitempty" jsonschema:"type=object"` // in a dry run
	tool.Cautions
	tool.NextCall

	outcome   Outcome
	dryRun    bool
	accept    int    // the runs a month that the call of a dry run has to accept; 0 for none
	how       string // what happened to the config, such as "saved"
	view      View
	others    []View // of the outcome
	shortened bool   // whether a text was longer
}

// CurrentRun is what a run of a config would find now, and cost.
type CurrentRun struct {
	MatchingTraces  int         `json:"matching_traces"`
	CostUSD         *cost.Range `json:"cost_usd,omitempty"`           // of one run; not if more traces may match
	CostUSDPerMonth *cost.Range `json:"cost_usd_per_month,omitempty"` // of the schedule
}

// Outcome is the outcome of a call that saves a config, or would save it.
type Outcome struct {
	Project  langsmith.Project
	Config   langsmith.Config           // after the call
	Schedule langsmith.Optional[string] // as requested
	Forecast *Forecast                  // nil if nothing was counted
	Others   []langsmith.Config         // the project's other configs with a schedule
	Dropped  string                     // the description of settings that the call drops; empty for none
}

// SavedResult returns the result of a call that saved the config. how follows the config's name
// in a sentence.
func (o Outcome) SavedResult(how string) *tool.Resizable[*SavedConfig] {
	return o.resizable(func(saved *SavedConfig) {
		saved.how = how
		switch {
		case saved.isUnscheduled():
			saved.Next = NextJob(o.Project, saved.ID)
		case saved.ScheduleCron != "" && IsRunnable(saved.ID):
			saved.Next = tool.NewCall("list_insights_jobs", "session_id", o.Project.ID, "config_id", saved.ID)
		}
	})
}

// resizable returns the result of a call. complete adds what only a saved config or only a
// dry run has.
func (o Outcome) resizable(complete func(*SavedConfig)) *tool.Resizable[*SavedConfig] {
	view, others := NewView(o.Config), newViews(o.Others)
	return &tool.Resizable[*SavedConfig]{
		Items: 1, Chars: tool.LargestBudget,
		Build: func(_, chars int) *SavedConfig {
			cut := markdown.Shortener{Max: chars}
			saved := &SavedConfig{Config: view.Show(&cut), outcome: o, view: view, others: others}
			saved.shortened = cut.Shortened
			if o.Forecast != nil {
				saved.Now = o.Forecast.currentRun(view.runs)
			}
			saved.Caution = saved.listCautions()
			complete(saved)
			return saved
		},
	}
}

// describeLostSchedule says that LangSmith's response lacks the requested schedule; empty if
// it does not.
func (s *SavedConfig) describeLostSchedule() string {
	requested, given := s.outcome.Schedule.Get()
	if !given || s.ScheduleCron != "" {
		return ""
	}
	return fmt.Sprintf("LangSmith's response does not have the schedule `%s`: check it with list_insights_configs.", markdown.Line(requested, markdown.MaxName))
}

// listCautions lists unexpected costs of the schedule.
func (s *SavedConfig) listCautions() []string {
	var cautions []string
	if s.outcome.Dropped != "" {
		cautions = append(cautions, s.outcome.Dropped)
	}
	if lost := s.describeLostSchedule(); lost != "" {
		cautions = append(cautions, lost)
	}
	if s.outcome.Forecast != nil && len(s.outcome.Forecast.missingKeys) > 0 {
		cautions = append(cautions, dryrun.DescribeMissing(s.outcome.Forecast.missingKeys))
	}
	if s.outcome.Forecast != nil {
		if why := s.outcome.Forecast.matches.DescribeFilter(); why != "" {
			cautions = append(cautions, why)
		}
	}
	if s.view.runs != nil {
		if gap := s.view.runs.describeWindow(); gap != "" {
			cautions = append(cautions, gap)
		}
	}
	if len(s.others) > 0 {
		cautions = append(cautions, othersHeading+" "+strings.Join(listSchedules(s.others), "; ")+".")
	}
	if sum := s.describeSum(); sum != "" {
		cautions = append(cautions, sum)
	}
	return cautions
}

// isUnscheduled reports whether the config was saved without a schedule.
func (s *SavedConfig) isUnscheduled() bool {
	_, given := s.outcome.Schedule.Get()
	return !given && s.ScheduleCron == ""
}

// NextJob returns the dry run of a job of a config, nil if the config is not runnable.
func NextJob(project langsmith.Project, id string) *tool.Call {
	if !IsRunnable(id) {
		return nil
	}
	return tool.NewCall("create_insights_job", "session_id", project.ID, "config_id", id, "dry_run", true)
}

// IsRunnable reports whether create_insights_job accepts a config's id: LangSmith's own
// configs may have one that is not a UUID.
func IsRunnable(id string) bool {
	_, isUUID := tool.ParseUUID(id)
	return isUUID
}

// Text implements [tool.Result].
func (s *SavedConfig) Text() string {
	if s.dryRun {
		return s.describeDryRun()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Config %s %s.\nsession_id %s, config_id %s\n", markdown.Quote(s.Name, langsmith.MaxConfigName), s.how, s.outcome.Project.ID, QuoteID(s.ID))
	s.view.Write(&b, &s.Config)
	s.writeDropped(&b)
	s.writeForecast(&b)
	if s.shortened {
		b.WriteString("Texts that end in … are shortened here, not in LangSmith.\n")
	}
	s.writeOthers(&b)
	switch lost := s.describeLostSchedule(); {
	case lost != "":
		b.WriteString(lost + "\n")
	case s.ScheduleCron != "":
		b.WriteString("\nIt now starts paid jobs on its schedule; update_insights_config with schedule_cron null ends that, and so does delete_insights_config.\n")
		if s.Next != nil {
			fmt.Fprintf(&b, "Next: %s: its reports.\n", s.Next.Text("session_id", "config_id"))
		}
	case s.Next != nil:
		fmt.Fprintf(&b, "\nIt has no schedule.\nNext: %s: what a job of it would cost. Without dry_run it runs (paid).\n", s.Next.Text("session_id", "config_id"))
	}
	return b.String()
}

// writeDropped writes which settings the change drops.
func (s *SavedConfig) writeDropped(b *strings.Builder) {
	if s.outcome.Dropped != "" {
		b.WriteString(s.outcome.Dropped + "\n")
	}
}

// writeForecast writes what a run would find now.
func (s *SavedConfig) writeForecast(b *strings.Builder) {
	if s.outcome.Forecast == nil {
		return
	}
	b.WriteString(s.outcome.Forecast.describe(s.view.runs) + "\n")
	if missing := dryrun.DescribeMissing(s.outcome.Forecast.missingKeys); missing != "" {
		b.WriteString(missing + "\n")
	}
}

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
func (f *Forecast) currentRun(runs *scheduledRuns) *CurrentRun {
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
func (f *Forecast) describe(runs *scheduledRuns) string {
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

// DryRunResult returns the result of a dry run. request is the body that would be sent, args are
// the dry run's, and call is the one that saves the config, nil if it is too long to repeat.
func (o Outcome) DryRunResult(request any, args ScheduleArgs, call *tool.Call) (*tool.Resizable[*SavedConfig], error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(request); err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	wouldSend := tool.RepeatBody(bytes.TrimSpace(body.Bytes()))
	return o.resizable(func(saved *SavedConfig) {
		saved.dryRun, saved.WouldSend, saved.Next = true, wouldSend, call
		saved.Config.Config = nil // would_send has the given settings
		if saved.RunsPerMonth > maxRuns && saved.RunsPerMonth > args.AcceptRunsPerMonth {
			saved.accept = saved.RunsPerMonth
			saved.Caution = append(saved.Caution, askPayer)
			if call != nil {
				call.Arguments["accept_runs_per_month"] = saved.accept
			}
		}
	}), nil
}

// askPayer is said of a schedule that starts more than [maxRuns] runs a month.
const askPayer = "Ask the person who pays before you accept so many runs a month."

func (s *SavedConfig) describeDryRun() string {
	var b strings.Builder
	of := ""
	if s.ID != "" {
		of = ", config_id " + QuoteID(s.ID)
	}
	fmt.Fprintf(&b, "Dry run: nothing was saved.\n\nConfig %s of %s%s.\n", markdown.Quote(s.Name, langsmith.MaxConfigName), tool.ProjectLabel(s.outcome.Project), of)
	s.view.writeSchedule(&b, &s.Config)
	if s.ScheduleCron == "" {
		b.WriteString("It would have no schedule, and start no job.\n")
	}
	s.writeDropped(&b)
	s.writeForecast(&b)
	s.writeOthers(&b)
	if s.WouldSend == nil {
		b.WriteString("\nIt would send the fields as they were given, which are too long to repeat here.\n")
	} else {
		fmt.Fprintf(&b, "\nIt would send:\n%s\n", markdown.Block(string(*s.WouldSend)))
	}
	next := "without dry_run"
	if s.accept > 0 {
		next += fmt.Sprintf(" and with accept_runs_per_month=%d", s.accept)
		b.WriteString("\n" + askPayer + "\n")
	}
	fmt.Fprintf(&b, "\nNext: the same call %s saves it.\n", next)
	return b.String()
}
