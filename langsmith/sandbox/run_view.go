package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func runTypes() []string {
	return []string{"tool", "chain", "llm", "retriever", "embedding", "prompt", "parser"}
}

// previewRunes bounds the previews of a run's inputs and outputs, in runes.
const previewRunes = 200

// runView returns a run for a response.
func (ws *workspace) runView(r *storedRun) map[string]any {
	v := map[string]any{
		"id":                r.ID,
		"name":              r.Name,
		"run_type":          r.Type,
		"start_time":        timestamp(r.Start),
		"end_time":          timestampOrNil(r.End),
		"status":            r.Status,
		"error":             nil,
		"inputs":            r.Inputs,
		"outputs":           r.Outputs,
		"inputs_preview":    trace.Preview(trace.Content(r.Inputs), previewRunes),
		"outputs_preview":   trace.Preview(trace.Content(r.Outputs), previewRunes),
		"extra":             map[string]any{"metadata": r.Metadata},
		"events":            []any{},
		"tags":              r.Tags,
		"session_id":        r.SessionID,
		"trace_id":          r.TraceID,
		"dotted_order":      ws.dottedOrder(r),
		"parent_run_id":     nil,
		"parent_run_ids":    ws.ancestors(r),
		"total_tokens":      r.TotalTokens(),
		"prompt_tokens":     r.PromptTokens,
		"completion_tokens": r.CompletionTokens,
		"total_cost":        formatCost(r.Cost),
		"feedback_stats":    feedbackStats(r.Feedback),
		"thread_id":         nil,
		"in_dataset":        ws.inDataset(r.ID),
		"trace_tier":        "shortlived",
		"trace_upgrade":     r.extended,
		"app_path":          fmt.Sprintf("/o/%s/projects/p/%s/r/%s?trace_id=%s", ws.id, r.SessionID, r.ID, r.TraceID),
	}
	if r.Error != "" {
		v["error"] = r.Error
	}
	if r.ThreadID != "" {
		v["thread_id"] = r.ThreadID
	}
	if !r.IsRoot() {
		v["parent_run_id"] = r.ParentID
	}
	if r.ReferenceExample != uuid.Nil {
		v["reference_example_id"] = r.ReferenceExample
	}
	if r.extended {
		v["trace_tier"] = "longlived"
	}
	return v
}

// maxAncestors bounds the ancestors of a run, whose parents may form a cycle.
const maxAncestors = 100

// ancestors returns the ancestors of a run, the root first.
func (ws *workspace) ancestors(r *storedRun) []uuid.UUID {
	above := []uuid.UUID{}
	for at := r; at != nil && !at.IsRoot() && len(above) < maxAncestors; at = ws.runs[at.ParentID] {
		above = append(above, at.ParentID)
	}
	slices.Reverse(above)
	return above
}

func (ws *workspace) dottedOrder(r *storedRun) string {
	var steps []string
	for _, id := range ws.ancestors(r) {
		if up := ws.runs[id]; up != nil {
			steps = append(steps, up.DottedOrder())
		}
	}
	return strings.Join(append(steps, r.DottedOrder()), ".")
}

func feedbackStats(scores map[string]float64) map[string]any {
	if len(scores) == 0 {
		return nil
	}
	stats := make(map[string]any, len(scores))
	for key, score := range scores {
		stats[key] = map[string]any{"n": 1, "avg": score, "values": map[string]int{}}
	}
	return stats
}

// alwaysSelected lists the fields that the API returns even if they are not selected.
func alwaysSelected() []string {
	return []string{"id", "name", "run_type", "trace_id", "dotted_order", "status", "session_id", "app_path"}
}

func selectFields(view map[string]any, fields []string) map[string]any {
	shown := make(map[string]any)
	for name, value := range view {
		if slices.Contains(fields, name) || slices.Contains(alwaysSelected(), name) {
			shown[name] = value
		}
	}
	return shown
}

// defaultSelect lists the fields that the API selects by default.
func defaultSelect() []string {
	return []string{
		"id", "name", "run_type", "start_time", "end_time", "status", "error", "extra", "events",
		"inputs", "outputs", "parent_run_id", "manifest_id", "manifest_s3_id", "manifest", "session_id",
		"serialized", "reference_example_id", "reference_dataset_id", "total_tokens", "prompt_tokens",
		"prompt_token_details", "completion_tokens", "completion_token_details", "total_cost",
		"prompt_cost", "prompt_cost_details", "completion_cost", "completion_cost_details",
		"price_model_id", "first_token_time", "trace_id", "dotted_order", "last_queued_at",
		"feedback_stats", "parent_run_ids", "tags", "in_dataset", "app_path", "share_token",
		"trace_tier", "trace_first_received_at", "ttl_seconds", "trace_upgrade", "thread_id",
	}
}

// selectable lists the fields that can be selected.
func selectable() []string {
	return append(defaultSelect(),
		"inputs_preview", "inputs_s3_urls", "inputs_or_signed_url", "outputs_preview",
		"outputs_s3_urls", "outputs_or_signed_url", "s3_urls", "error_or_signed_url",
		"events_or_signed_url", "extra_or_signed_url", "serialized_or_signed_url", "child_run_ids",
		"trace_min_max_start_time", "messages", "inserted_at")
}
