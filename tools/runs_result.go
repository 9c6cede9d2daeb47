package tools

import (
	"encoding/json"
	"maps"
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// The bounds of what a run shows besides its inputs and outputs, in bytes.
const (
	longestSummary   = 600
	longestRunError  = 500
	longestAttribute = 200 // in characters
	mostAttributes   = 30

	// shortestPreview is how far inputs and outputs are shortened to keep a
	// whole page, where the call does not say how long it wants them.
	shortestPreview = 200
)

func (v *runsView) budget() int {
	if v.args.MaxChars > defaultChars {
		return LargestBudget
	}
	return v.args.budget()
}

// resizable shows all runs with shorter previews rather than a few with long
// ones, unless the call says how long.
func (v *runsView) resizable() Resizable[*listInsightsRunsResult] {
	v.runs = make([]readRun, len(v.page.Runs))
	for i := range v.runs {
		v.runs[i] = newReadRun(&v.page.Runs[i], v.args.chars())
	}
	result := Resizable[*listInsightsRunsResult]{Items: len(v.runs), Chars: v.args.chars(), Enough: shortestPreview, Budget: v.budget(), Build: v.result}
	if v.args.MaxChars > 0 {
		result.Enough = 0
	}
	return result
}

func (v *runsView) result(items, chars int) *listInsightsRunsResult {
	r := &listInsightsRunsResult{Runs: make([]listedRun, items), view: v, chars: chars}
	if v.cluster != nil {
		cluster := *v.cluster
		cluster.Name = cleanTo(cluster.Name, min(longestName, chars))
		r.Cluster = &cluster
	}
	for i := range items {
		r.Runs[i] = v.run(v.runs[i], chars)
	}
	switch {
	case items < len(v.page.Runs):
		r.NextOffset = v.args.Offset + items
	case v.page.More:
		r.NextOffset = v.page.Next
	}
	return r
}

func (v *runsView) run(read readRun, chars int) listedRun {
	run, cut := read.JobRun, cutter{chars: chars}
	listed := listedRun{
		ID:         run.ID,
		Name:       cut.to(run.Name, longestName),
		Status:     cut.to(run.Status, longestStatus),
		Error:      cut.to(run.Error, longestRunError),
		StartTime:  run.StartTime,
		Attributes: read.shownAttributes(chars),
		URL:        v.links.run(run.ID),
	}
	if v.hide {
		return listed
	}
	listed.Summary = cut.to(run.Summary, longestSummary)
	listed.Inputs, _ = read.inputs.structured(chars)
	listed.Outputs, _ = read.outputs.structured(chars)
	return listed
}

// readRun is a run whose contents have been read.
type readRun struct {
	*langsmith.JobRun
	inputs, outputs content
	attributes      map[string]content
}

func newReadRun(run *langsmith.JobRun, chars int) readRun {
	read := readRun{
		JobRun: run, inputs: readContent(run.Inputs, chars), outputs: readContent(run.Outputs, chars),
		attributes: map[string]content{},
	}
	for _, name := range slices.Sorted(maps.Keys(run.Attributes)) {
		if value := readContent(run.Attributes[name], longestAttribute); !value.empty() && len(read.attributes) < mostAttributes {
			read.attributes[name] = value
		}
	}
	return read
}

// shownAttributes are the attributes, which have to share what room there is.
func (r readRun) shownAttributes(chars int) map[string]json.RawMessage {
	if len(r.attributes) == 0 {
		return nil
	}
	shown := make(map[string]json.RawMessage, len(r.attributes))
	cut := cutter{chars: chars}
	for name, value := range r.attributes {
		shown[cut.to(name, longestName)], _ = value.structured(min(longestAttribute, max(chars/4, 1)))
	}
	return shown
}
