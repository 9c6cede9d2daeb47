package configs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// ScheduleArgs are the arguments that limit what a schedule may spend.
type ScheduleArgs struct {
	AcceptRunsPerMonth int  `json:"accept_runs_per_month,omitempty" jsonschema:"minimum=1" jsonschema_description:"Accepted paid runs; required above 31."`
	DryRun             bool `json:"dry_run,omitempty" jsonschema_description:"Save nothing; show runs and cost."`
}

// DryRun returns the result of a dry run. request is the body that would be sent, args are
// the dry run's, and call is the one that saves the config, nil if it is too long to repeat.
func (o Outcome) DryRun(request any, args ScheduleArgs, call *tool.Call) (*tool.Resizable[*SavedConfig], error) {
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
