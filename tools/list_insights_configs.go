package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

type listInsightsConfigsArgs struct {
	ProjectArgs
	IncludePrebuilts bool `json:"include_prebuilts,omitempty" jsonschema_description:"LangSmith's own configs too."`
	PageArgs
}

type listInsightsConfigsResult struct {
	Configs    []listedConfig `json:"configs"`
	NextOffset int            `json:"next_offset,omitempty"`

	args    listInsightsConfigsArgs
	project langsmith.Project
	page    []configView
	total   int
	cut     bool // whether a text was shortened
}

func listInsightsConfigs() Tool {
	return DefineResizable(Declaration{
		Name:  "list_insights_configs",
		Title: "List Insights configs",
		Description: "List saved Insights configs with their settings, and when those with a schedule run, how often a month and what that may " +
			"cost. Next: create_insights_job with config_id runs one (paid); one whose id is no UUID is run by giving its settings as " +
			"arguments.",
		Effect:     Reads,
		Repeatable: true,
		Toolset:    "configs",
	}, runListInsightsConfigs)
}

func runListInsightsConfigs(ctx context.Context, env *Env, args listInsightsConfigsArgs) (Resizable[*listInsightsConfigsResult], error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return Resizable[*listInsightsConfigsResult]{}, err
	}
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, args.IncludePrebuilts)
	if err != nil {
		return Resizable[*listInsightsConfigsResult]{}, err
	}
	from := min(args.Offset, len(all))
	to := min(from+args.limit(), len(all))
	page := make([]configView, to-from)
	for i := range page {
		page[i] = viewConfig(all[from+i], time.Now())
	}
	budget := args.budget()
	if args.Limit == 1 { // a config that is looked at alone may be large
		budget = LargestBudget
	}
	return Resizable[*listInsightsConfigsResult]{
		Items: len(page), Chars: longestConfigText, Budget: budget,
		Build: func(items, chars int) *listInsightsConfigsResult {
			cut := cutter{chars: chars}
			result := &listInsightsConfigsResult{Configs: make([]listedConfig, items), args: args, project: project, page: page[:items], total: len(all)}
			for i := range items {
				result.Configs[i] = page[i].listed(&cut)
			}
			if shown := args.Offset + items; shown < len(all) {
				result.NextOffset = shown
			}
			result.cut = cut.did
			return result
		},
	}, nil
}

// Text implements Result.
func (r *listInsightsConfigsResult) Text() string {
	if len(r.Configs) == 0 {
		return r.emptyText()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Insights configs of %s, %s in all:\n", projectLabel(r.project), thousands(r.total))
	for i := range r.Configs {
		listed := &r.Configs[i]
		fmt.Fprintf(&b, "\n%d. %s, ", r.args.Offset+i+1, markdown.Quote(listed.Name, langsmith.MaxConfigName))
		if listed.Prebuilt {
			b.WriteString("prebuilt, ")
		}
		fmt.Fprintf(&b, "config_id %s\n", configID(listed.ID))
		r.page[i].write(&b, listed)
	}
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "\nMore: %s\n", r.call(r.args.Limit, r.NextOffset))
	}
	if r.cut {
		fmt.Fprintf(&b, "\nTexts that end in … are shortened")
		if r.args.Limit != 1 {
			fmt.Fprintf(&b, "; longer: %s", r.call(1, r.args.Offset))
		}
		b.WriteString(".\n")
	}
	fmt.Fprintf(&b, "\nNext: create_insights_job with session_id %s and a config_id runs one (paid).", r.project.ID)
	if slices.ContainsFunc(r.Configs, func(c listedConfig) bool { return uuid.Validate(c.ID) != nil }) {
		b.WriteString(" One whose id is no UUID is run by giving its settings as the arguments.")
	}
	b.WriteString("\n")
	return b.String()
}

func (r *listInsightsConfigsResult) emptyText() string {
	switch {
	case r.total > 0:
		return fmt.Sprintf("Offset %d is past the last of %s.\n", r.args.Offset, count(r.total, "config"))
	case !r.args.IncludePrebuilts:
		return fmt.Sprintf("There is no saved Insights config in %s. With include_prebuilts LangSmith's own are listed; generate_insights_config proposes one; create_insights_config saves one.\n", projectLabel(r.project))
	}
	return fmt.Sprintf("There is no Insights config in %s.\n", projectLabel(r.project))
}

func (r *listInsightsConfigsResult) call(limit, offset int) string {
	values := []any{"session_id", r.project.ID}
	if r.args.IncludePrebuilts {
		values = append(values, "include_prebuilts", true)
	}
	if limit > 0 {
		values = append(values, "limit", limit)
	}
	return call("list_insights_configs", append(values, "offset", offset)...)
}
