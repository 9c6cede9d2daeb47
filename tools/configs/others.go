package configs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
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

const othersHeading = "Other configs of this project have schedules; update_insights_config changes one:"

// writeOthers lists the project's other configs with a schedule, and what they cost a month
// with this one: a caller who saves a second schedule may mean to change the first.
func (s *SavedConfig) writeOthers(b *strings.Builder) {
	if len(s.others) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n- %s\n", othersHeading, strings.Join(s.listOthers(), "\n- "))
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

func (s *SavedConfig) listOthers() []string { return listSchedules(s.others) }

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
	var sum ScheduledRuns
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
