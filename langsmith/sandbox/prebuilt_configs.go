package sandbox

import (
	"maps"
	"slices"
	"strings"
)

// prebuiltConfigs returns the configs that every project has. Their ids are not UUIDs,
// which LangSmith does not promise either.
func prebuiltConfigs() []configView {
	text := func(s string) *string { return &s }
	return []configView{
		{
			ID:          "sandbox-usage-patterns",
			Name:        "Usage patterns",
			Description: text("What people come for, by topic."),
			Prebuilt:    true,
			Config: settings{
				Name:          text("Usage patterns"),
				SummaryPrompt: text("Say in one sentence what the user wanted: {{all_thread_messages}}"),
				Model:         "openai",
			},
		},
		{
			ID:          "sandbox-failure-modes",
			Name:        "Failure modes",
			Description: text("How runs that failed went wrong."),
			Prebuilt:    true,
			Config: settings{
				Name:          text("Failure modes"),
				SummaryPrompt: text("Say in one sentence what went wrong: {{run.error}} after {{run.inputs}}"),
				Filter:        text(`eq(status, "error")`),
				Model:         "openai",
			},
		},
	}
}

// proposeConfig generates a config without a model: it includes the user's words in the
// prompt.
func proposeConfig(project string, context map[string]string) any {
	var wishes []string
	for _, question := range slices.Sorted(maps.Keys(context)) {
		if answer := strings.TrimSpace(context[question]); answer != "" {
			wishes = append(wishes, answer)
		}
	}
	prompt := "Summarize in one sentence what the user of " + project + " wanted and whether they got it."
	if len(wishes) > 0 {
		prompt += " Look for: " + strings.Join(wishes, "; ") + "."
	}
	return map[string]any{
		"summary_prompt": prompt + " {{all_thread_messages}}",
		"name":           "What users of " + project + " ask for",
		"attribute_schemas": map[string]any{
			"resolved": map[string]any{
				"type":        "boolean",
				"description": "Whether the user's request was resolved.",
			},
			"frustrated": map[string]any{
				"type":        "boolean",
				"description": "Whether the user sounds angry or annoyed, or gives up.",
			},
		},
	}
}
