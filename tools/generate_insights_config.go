package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

type generateInsightsConfigArgs struct {
	tool.ProjectArgs
	langsmith.GenerateConfigRequest
}

type generateInsightsConfigResult struct {
	SummaryPrompt    string         `json:"summary_prompt"`
	Name             string         `json:"name,omitempty"`
	AttributeSchemas map[string]any `json:"attribute_schemas,omitempty"`
	tool.NextCall

	project   langsmith.Project
	leftOut   int  // attributes
	shortened bool // whether a text was longer
}

func generateInsightsConfig() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "generate_insights_config",
		Title: "Generate an Insights config",
		Description: "Have a model propose settings for a question: a summary prompt, and attributes to extract from each trace. SPENDS MODEL TOKENS " +
			"each time. Nothing is saved or started. Next: create_insights_config or create_insights_job (paid).",
		Effect:  tool.Spends,
		Toolset: "configs",
	}, runGenerateInsightsConfig)
}

func runGenerateInsightsConfig(ctx context.Context, env *tool.Env, args generateInsightsConfigArgs) (*tool.Resizable[*generateInsightsConfigResult], error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	if err := env.Confirm(ctx, &tool.Question{
		ID:   tool.QuestionID("generate", project.ID, args.GenerateConfigRequest),
		Text: fmt.Sprintf("Have a model write an Insights config for %s? That spends some tokens of the workspace's model key.", tool.ProjectLabel(project)),
	}, "A config can be written by hand: see the arguments of create_insights_job."); err != nil {
		return nil, err
	}
	generated, err := env.LangSmith.GenerateConfig(ctx, project.ID, &args.GenerateConfigRequest)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(generated.AttributeSchemas))
	return &tool.Resizable[*generateInsightsConfigResult]{
		Items: len(names), Chars: tool.LargestBudget,
		Build: func(items, chars int) *generateInsightsConfigResult {
			cut := markdown.Shortener{Max: chars}
			result := &generateInsightsConfigResult{Name: cut.Text(generated.Name, langsmith.MaxConfigName), project: project, leftOut: len(names) - items}
			result.SummaryPrompt = configs.ShortenText(&cut, generated.SummaryPrompt)
			attributes := map[string]any{}
			for _, name := range names[:items] {
				var schema map[string]any
				if json.Unmarshal(generated.AttributeSchemas[name], &schema) == nil {
					configs.DropNulls(schema)
					attributes[name] = schema
				}
			}
			if len(attributes) > 0 {
				result.AttributeSchemas = configs.ShortenSettings(&cut, attributes)
			}
			result.shortened = cut.Shortened
			result.Next = result.next()
			return result
		},
	}, nil
}

// next returns the call that saves the settings, nil if the result has only a part of
// them, or no name.
func (r *generateInsightsConfigResult) next() *tool.Call {
	if r.Name == "" || r.leftOut > 0 || r.shortened {
		return nil
	}
	settings := map[string]any{"summary_prompt": r.SummaryPrompt}
	if r.AttributeSchemas != nil {
		settings["attribute_schemas"] = r.AttributeSchemas
	}
	return tool.RepeatCall("create_insights_config", map[string]any{"session_id": r.project.ID, "name": r.Name, "config": settings})
}

// Text implements [tool.Result].
func (r *generateInsightsConfigResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "A model wrote these settings for %s. Nothing is saved or started.\n", tool.ProjectLabel(r.project))
	if r.Name != "" {
		fmt.Fprintf(&b, "\nname: %s\n", markdown.Quote(r.Name, langsmith.MaxConfigName))
	}
	fmt.Fprintf(&b, "\nsummary_prompt:\n%s\n", markdown.Block(r.SummaryPrompt))
	if r.AttributeSchemas != nil {
		fmt.Fprintf(&b, "\nattribute_schemas:\n%s\n", markdown.Block(configs.JSON(r.AttributeSchemas)))
	}
	if r.leftOut > 0 {
		fmt.Fprintf(&b, "\n… %s more, which do not fit into a result.\n", wording.Count(r.leftOut, "attribute"))
	}
	if r.shortened {
		b.WriteString("\nTexts that end in … are shortened.\n")
	}
	fmt.Fprintf(&b, "\nNext: create_insights_config with session_id %s and these as its config saves them; create_insights_job with these as arguments runs them once (paid).\n", r.project.ID)
	return b.String()
}
