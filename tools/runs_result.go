package tools

import (
	"encoding/json"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// The bounds of what a run shows besides its inputs and outputs, in characters.
const (
	longestSummary   = 600
	longestRunError  = 500
	longestAttribute = 200
	mostAttributes   = 30

	// shortestPreview is how far inputs and outputs are shortened to keep a
	// whole page, where the call does not say how long it wants them.
	shortestPreview = 200
)

// Budget implements Budgeted.
func (r *listInsightsRunsResult) Budget() int { return r.view.budget() }

func (v *runsView) budget() int {
	if v.args.MaxChars > defaultChars {
		return LargestBudget
	}
	return v.args.budget()
}

// Size implements Resizable.
func (r *listInsightsRunsResult) Size() (items, chars int) { return len(r.Runs), r.chars }

// Resize implements Resizable.
func (r *listInsightsRunsResult) Resize(items, chars int) Result { return r.view.result(items, chars) }

// fitted shows all runs with shorter previews rather than a few with long ones,
// unless the call says how long.
func (v *runsView) fitted() *listInsightsRunsResult {
	whole := v.result(len(v.page.Runs), v.args.chars())
	if v.args.MaxChars > 0 {
		return whole
	}
	fitted, _ := fit(whole, v.budget(), shortestPreview).(*listInsightsRunsResult)
	return fitted
}

func (v *runsView) result(items, chars int) *listInsightsRunsResult {
	r := &listInsightsRunsResult{Runs: make([]listedRun, items), view: v, chars: chars}
	if v.cluster != nil {
		cluster := *v.cluster
		cluster.Name = cutTo(markdown.Clean(cluster.Name), min(longestName, chars))
		r.Cluster = &cluster
	}
	for i := range items {
		r.Runs[i] = v.run(&v.page.Runs[i], chars)
	}
	switch {
	case items < len(v.page.Runs):
		r.NextOffset = v.args.Offset + items
	case v.page.More:
		r.NextOffset = v.page.Next
	}
	return r
}

func (v *runsView) run(run *langsmith.JobRun, chars int) listedRun {
	cut := cutter{chars: chars}
	listed := listedRun{
		ID:        run.ID,
		Name:      cut.to(run.Name, longestName),
		Status:    cut.to(run.Status, longestStatus),
		Error:     cut.to(run.Error, longestRunError),
		StartTime: run.StartTime,
		URL:       v.links.run(run.ID),
	}
	for _, key := range attributeNames(run) {
		value, _ := content(run.Attributes[key]).structured(min(longestAttribute, chars))
		if value == nil {
			continue
		}
		if listed.Attributes == nil {
			listed.Attributes = map[string]json.RawMessage{}
		}
		listed.Attributes[cut.to(key, longestName)] = value
	}
	if v.hide {
		return listed
	}
	listed.Summary = cut.to(run.Summary, longestSummary)
	listed.Inputs = shown(run.Inputs, chars)
	listed.Outputs = shown(run.Outputs, chars)
	return listed
}

// shown is content for a field that is absent when there is none.
func shown(raw json.RawMessage, chars int) *json.RawMessage {
	value, _ := content(raw).structured(chars)
	if value == nil {
		return nil
	}
	return &value
}
