package sandbox

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// runViewV2 returns the id and the selected properties of a run for a response. It leaves
// out those that the run lacks. The end of a pending run is null.
func (ws *workspace) runViewV2(r *storedRun, selected []string) map[string]any {
	all := ws.propertiesV2(r)
	view := map[string]any{"id": r.ID}
	for _, name := range selected {
		if value, known := all[name]; known {
			view[strings.ToLower(name)] = value
		}
	}
	return view
}

func (ws *workspace) propertiesV2(r *storedRun) map[string]any {
	v := map[string]any{
		"NAME":              r.Name,
		"RUN_TYPE":          strings.ToUpper(r.Type),
		"STATUS":            strings.ToUpper(r.Status),
		"START_TIME":        formatTime(r.Start),
		"END_TIME":          nil,
		"EXTRA":             map[string]any{"metadata": r.Metadata},
		"METADATA":          r.Metadata,
		"INPUTS":            r.Inputs,
		"INPUTS_PREVIEW":    trace.Preview(trace.Content(r.Inputs), previewRunes),
		"OUTPUTS":           r.Outputs,
		"OUTPUTS_PREVIEW":   trace.Preview(trace.Content(r.Outputs), previewRunes),
		"PARENT_RUN_IDS":    ws.ancestors(r),
		"PROJECT_ID":        r.SessionID,
		"TRACE_ID":          r.TraceID,
		"DOTTED_ORDER":      ws.dottedOrder(r),
		"IS_ROOT":           r.IsRoot(),
		"TAGS":              replaceNil(r.Tags),
		"TOTAL_TOKENS":      r.TotalTokens(),
		"PROMPT_TOKENS":     r.PromptTokens,
		"COMPLETION_TOKENS": r.CompletionTokens,
		"FEEDBACK_STATS":    replaceNilMap(feedbackStats(r.Feedback)),
		"IS_IN_DATASET":     ws.inDataset(r.ID),
	}
	if took, ended := r.Latency(); ended {
		v["END_TIME"], v["LATENCY_SECONDS"] = formatTime(r.End), took.Seconds()
	}
	if r.Error != "" {
		v["ERROR"], v["ERROR_PREVIEW"] = r.Error, trace.Preview(r.Error, previewRunes)
	}
	if r.ThreadID != "" {
		v["THREAD_ID"] = r.ThreadID
	}
	if r.Cost != nil {
		v["TOTAL_COST"] = *r.Cost
	}
	if r.ReferenceExample != uuid.Nil {
		v["REFERENCE_EXAMPLE_ID"] = r.ReferenceExample
	}
	for _, name := range []string{"METADATA", "INPUTS", "OUTPUTS"} {
		v[name] = replaceNilMap(v[name].(map[string]any))
	}
	return v
}

func replaceNilMap(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// formatTime formats a time as the newer routes do.
//
// Unknown: LangSmith's number of digits.
func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// selectableV2 lists the properties that the newer routes can select. The sandbox's runs
// lack some of them.
func selectableV2() []string {
	return []string{
		"ID", "NAME", "RUN_TYPE", "STATUS", "START_TIME", "END_TIME", "LATENCY_SECONDS", "FIRST_TOKEN_TIME",
		"ERROR", "ERROR_PREVIEW", "EXTRA", "METADATA", "EVENTS", "INPUTS", "INPUTS_PREVIEW", "OUTPUTS",
		"OUTPUTS_PREVIEW", "MANIFEST", "PARENT_RUN_IDS", "PROJECT_ID", "TRACE_ID", "THREAD_ID", "DOTTED_ORDER",
		"IS_ROOT", "REFERENCE_EXAMPLE_ID", "REFERENCE_DATASET_ID", "TOTAL_TOKENS", "PROMPT_TOKENS",
		"COMPLETION_TOKENS", "TOTAL_COST", "PROMPT_COST", "COMPLETION_COST", "PROMPT_TOKEN_DETAILS",
		"COMPLETION_TOKEN_DETAILS", "PROMPT_COST_DETAILS", "COMPLETION_COST_DETAILS", "PRICE_MODEL_ID", "TAGS",
		"APP_PATH", "ATTACHMENTS", "THREAD_EVALUATION_TIME", "IS_IN_DATASET", "LAST_QUEUED_AT", "SHARE_URL",
		"FEEDBACK_STATS", "LS_USER_ID",
	}
}
