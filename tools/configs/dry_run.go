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

// NewDryRun returns the result of a dry run. request is the body that would be sent, after
// the config after the call, args are the dry run's, call is the one that saves the config
// (nil if it is too long to repeat), forecast is what a run would find (nil if nothing was
// counted), others are the project's other configs with a schedule, and dropped describes
// the settings that the call would drop.
func NewDryRun(project langsmith.Project, request any, after langsmith.Config, args ScheduleArgs, call *tool.Call, forecast *Forecast, others []langsmith.Config, dropped string) (*tool.Resizable[*Saved], error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(request); err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	wouldSend := tool.RepeatBody(bytes.TrimSpace(body.Bytes()))
	view, otherViews := NewView(after), newViews(others)
	return &tool.Resizable[*Saved]{
		Items: 1, Chars: tool.LargestBudget,
		Build: func(_, chars int) *Saved {
			cut := markdown.Shortener{Max: chars}
			result := &Saved{Config: view.Show(&cut), Followed: tool.Followed{Next: call}, WouldSend: wouldSend, dryRun: true, project: project, view: view, others: otherViews, dropped: dropped}
			result.Config.Config = nil // would_send has the given settings
			result.addForecast(forecast)
			if result.RunsPerMonth > mostRuns && result.RunsPerMonth > args.AcceptRunsPerMonth {
				result.accept = result.RunsPerMonth
				result.Caution = append(result.Caution, askPayer)
				if call != nil {
					call.Arguments["accept_runs_per_month"] = result.accept
				}
			}
			return result
		},
	}, nil
}

// askPayer is said of a schedule that starts more than [mostRuns] runs a month.
const askPayer = "Ask the person who pays before you accept so many runs a month."

func (s *Saved) describeDryRun() string {
	var b strings.Builder
	of := ""
	if s.ID != "" {
		of = ", config_id " + QuoteID(s.ID)
	}
	fmt.Fprintf(&b, "Dry run: nothing was saved.\n\nConfig %s of %s%s.\n", markdown.Quote(s.Name, langsmith.MaxConfigName), tool.ProjectLabel(s.project), of)
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
