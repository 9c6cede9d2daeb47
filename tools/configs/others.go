package configs

import (
	"fmt"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// maxOthers is the maximum number of other configs with a schedule in a result.
const maxOthers = 5

func newViews(configs []langsmith.Config) []View {
	views := make([]View, len(configs))
	for i := range configs {
		views[i] = NewView(configs[i])
	}
	return views
}

// writeOthers lists the project's other configs with a schedule, and what they cost a month
// with this one: a caller who saves a second schedule may mean to change the first.
func (s *Saved) writeOthers(b *strings.Builder) {
	if len(s.others) == 0 {
		return
	}
	b.WriteString("\nOther configs of this project run by themselves; update_insights_config changes one:\n")
	for i := range s.others[:min(len(s.others), maxOthers)] {
		other := &s.others[i]
		fmt.Fprintf(b, "- %s, config_id %s: ", markdown.Quote(other.config.Name, langsmith.MaxConfigName), QuoteID(other.config.ID))
		if other.runs == nil {
			fmt.Fprintf(b, "%s, which is not understood here\n", markdown.Quote(other.config.ScheduleCron, markdown.MaxName))
			continue
		}
		fmt.Fprintf(b, "%s; at most %s a month, about %s\n", other.runs.when, wording.Count(other.runs.most, "run"), other.runs.cost)
	}
	if more := len(s.others) - maxOthers; more > 0 {
		fmt.Fprintf(b, "- and %s more: list_insights_configs\n", wording.Thousands(more))
	}
	s.writeSum(b)
}

// writeSum writes the cost of all schedules of the project that can be parsed.
func (s *Saved) writeSum(b *strings.Builder) {
	var runs int
	var sum ScheduledRuns
	for _, view := range append([]View{s.view}, s.others...) {
		if view.runs != nil {
			runs++
			sum.most, sum.cost = sum.most+view.runs.most, sum.cost.Plus(view.runs.cost)
		}
	}
	if runs > 1 {
		fmt.Fprintf(b, "All together: at most %s a month, about %s.\n", wording.Count(sum.most, "run"), sum.cost)
	}
}
