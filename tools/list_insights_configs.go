package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

type listInsightsConfigsArgs struct {
	tool.ProjectArgs
	IncludePrebuilts bool `json:"include_prebuilts,omitempty" jsonschema_description:"List LangSmith's own configs too."`
	tool.PageArgs
}

type listInsightsConfigsResult struct {
	Configs    []configs.Config `json:"configs"`
	NextOffset int              `json:"next_offset,omitempty"`
	tool.NextCall

	args      listInsightsConfigsArgs
	project   langsmith.Project
	page      []configs.View
	total     int
	shortened bool // whether a text was longer
}

func listInsightsConfigs() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "list_insights_configs",
		Title: "List Insights configs",
		Description: "List saved Insights configs with their settings, and the runs a month and cost of schedules. " +
			"Next: create_insights_job with config_id runs one (paid); if its id is not a UUID, give its settings as arguments.",
		Effect:     tool.Reads,
		Repeatable: true,
		Toolset:    "configs",
	}, runListInsightsConfigs)
}

func runListInsightsConfigs(ctx context.Context, env *tool.Env, args listInsightsConfigsArgs) (*tool.Resizable[*listInsightsConfigsResult], error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	all, err := env.LangSmith.ListConfigs(ctx, project.ID, args.IncludePrebuilts)
	if err != nil {
		return nil, err
	}
	from := min(args.Offset, len(all))
	to := min(from+args.Size(), len(all))
	page := make([]configs.View, to-from)
	for i := range page {
		page[i] = configs.NewView(all[from+i])
	}
	budget := args.Budget()
	if args.Limit == 1 { // a single config may be large
		budget = tool.LargestBudget
	}
	return &tool.Resizable[*listInsightsConfigsResult]{
		Items: len(page), Chars: tool.LargestBudget, Budget: budget,
		Build: func(items, chars int) *listInsightsConfigsResult {
			cut := markdown.Shortener{Max: chars}
			result := &listInsightsConfigsResult{Configs: make([]configs.Config, items), args: args, project: project, page: page[:items], total: len(all)}
			for i := range items {
				result.Configs[i] = page[i].Show(&cut)
			}
			if shown := args.Offset + items; shown < len(all) {
				result.NextOffset = shown
			}
			result.shortened = cut.Shortened
			if runnable := result.findRunnable(); runnable >= 0 {
				result.Next = configs.NextJob(project, result.Configs[runnable].ID)
			}
			return result
		},
	}, nil
}

// Text implements [tool.Result].
func (r *listInsightsConfigsResult) Text() string {
	if len(r.Configs) == 0 {
		return r.explainEmpty()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Insights configs of %s, %s in all:\n", tool.ProjectLabel(r.project), wording.Thousands(r.total))
	for i := range r.Configs {
		listed := &r.Configs[i]
		fmt.Fprintf(&b, "\n%d. %s, ", r.args.Offset+i+1, markdown.Quote(listed.Name, langsmith.MaxConfigName))
		if listed.Prebuilt {
			b.WriteString("prebuilt, ")
		}
		fmt.Fprintf(&b, "config_id %s\n", configs.QuoteID(listed.ID))
		r.page[i].Write(&b, listed)
	}
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "\nMore: %s\n", r.call(r.args.Limit, r.NextOffset))
	}
	if r.shortened {
		fmt.Fprintf(&b, "\nTexts that end in … are shortened")
		if r.args.Limit != 1 {
			fmt.Fprintf(&b, "; longer: %s", r.call(1, r.args.Offset))
		}
		b.WriteString(".\n")
	}
	b.WriteString("\n")
	if slices.ContainsFunc(r.Configs, func(c configs.Config) bool { return !configs.IsRunnable(c.ID) }) {
		b.WriteString("To run a config whose id is not a UUID, give its settings to create_insights_job as arguments (paid).\n")
	}
	if r.Next != nil {
		fmt.Fprintf(&b, "Next: create_insights_job dry_run=true with session_id %s and a config_id, such as that of %d: what a job of it would cost. Without dry_run it runs (paid).\n",
			r.project.ID, r.args.Offset+r.findRunnable()+1)
	}
	return b.String()
}

// findRunnable returns the index of the first config that create_insights_job can run by its
// id, -1 if there is none.
func (r *listInsightsConfigsResult) findRunnable() int {
	return slices.IndexFunc(r.Configs, func(c configs.Config) bool { return configs.IsRunnable(c.ID) })
}

// explainEmpty returns why there are no configs.
func (r *listInsightsConfigsResult) explainEmpty() string {
	switch {
	case r.total > 0:
		return fmt.Sprintf("Offset %d is past the last of %s.\n", r.args.Offset, wording.Count(r.total, "config"))
	case !r.args.IncludePrebuilts:
		return fmt.Sprintf("There is no saved Insights config in %s. With include_prebuilts LangSmith's own are listed; generate_insights_config proposes one; create_insights_config saves one.\n", tool.ProjectLabel(r.project))
	}
	return fmt.Sprintf("There is no Insights config in %s.\n", tool.ProjectLabel(r.project))
}

// call returns the call that lists configs from an offset on.
func (r *listInsightsConfigsResult) call(limit, offset int) string {
	return wording.Call("list_insights_configs", "session_id", r.project.ID, "include_prebuilts", r.args.IncludePrebuilts, "limit", limit, "offset", offset)
}
