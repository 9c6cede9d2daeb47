package sandbox

import (
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/report"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// reportFunc returns a function that computes the report over runs, once.
func reportFunc(runs []*trace.Run, chosen settings, now time.Time) func() report.Result {
	return sync.OnceValue(func() report.Result {
		in := report.Input{
			Runs:       runs,
			Hierarchy:  chosen.Hierarchy,
			Partitions: chosen.Partitions,
			Attributes: chosen.AttributeSchemas,
			Context:    chosen.UserContext,
		}
		in.From, in.To = chosen.window(now)
		if chosen.Filter != nil {
			parsed, err := filter.Parse(*chosen.Filter)
			if err != nil {
				return report.Result{Error: "Invalid filter: " + err.Error()}
			}
			in.Filter = parsed
		}
		if chosen.Sample != nil {
			in.Sample, _ = chosen.Sample.Float64()
		}
		if chosen.SummaryPrompt != nil {
			in.Prompt = promptVariables(*chosen.SummaryPrompt)
		}
		return report.Build(in)
	})
}

// finish sets the report of a job, and the categories of its config.
func (j *job) finish(p *project, found report.Result, now time.Time) {
	if j.progress == nil {
		return // another request has finished it
	}
	from, duration := j.progress.config, j.progress.duration
	j.progress = nil
	j.Status, j.Error = statusSuccess, found.Error
	j.EndTime = j.timeAfterCreation(now, duration)
	if j.StartTime.IsZero() {
		j.StartTime = j.timeAfterCreation(now, duration/queuedPart)
	}
	j.Metadata = map[string]any{"source": "sandbox"}
	if found.Error != "" {
		j.Status = statusError
		return
	}
	j.Clusters = clusters(j.ID, found)
	j.Shape = make(map[string]int)
	discovered := make(map[string]string)
	for _, cluster := range j.Clusters {
		if cluster.ParentID == nil {
			j.Shape[cluster.Name] = cluster.NumRuns
			if len(discovered) < maxPartitions {
				discovered[cluster.Name] = cluster.Description
			}
		}
	}
	j.Report = &Report{Title: found.Title, KeyPoints: found.KeyPoints}
	for rank, h := range found.Highlights {
		row := found.Rows[h.Row]
		cluster := &j.Clusters[row.Category]
		j.Report.Highlights = append(j.Report.Highlights, Highlight{
			RunID:       row.Run.ID,
			ClusterID:   &cluster.ID,
			ClusterName: &cluster.Name,
			Rank:        rank + 1,
			Reason:      h.Reason,
			Summary:     &row.Summary,
		})
	}
	for _, row := range found.Rows {
		j.Runs = append(j.Runs, JobRun{ClusterID: j.Clusters[row.Category].ID, Fields: rowView(row, j.Clusters[row.Category])})
	}
	// LangSmith saves the discovered categories to a config that has none.
	if from != nil && len(from.Config.Partitions) == 0 {
		if _, err := p.config(from.ID); err == nil {
			from.Config.Partitions = discovered
		}
	}
}

func clusters(job uuid.UUID, found report.Result) []Cluster {
	list := make([]Cluster, len(found.Categories))
	for i, category := range found.Categories {
		list[i] = Cluster{
			ID:          clusterID(job, strconv.Itoa(i)),
			Level:       category.Level,
			Name:        category.Name,
			Description: category.Description,
			NumRuns:     category.Size,
			Stats:       category.Stats,
		}
		if category.Parent >= 0 {
			parent := &list[category.Parent]
			list[i].ParentID, list[i].ParentName = &parent.ID, &parent.Name
		}
	}
	return list
}

// rowView returns a run of a job for a response.
//
// Unknown: the fields other than id, name and summary, which the schema does not define.
func rowView(row report.Row, in Cluster) map[string]any {
	r := row.Run
	v := map[string]any{
		"id":           r.ID,
		"name":         r.Name,
		"run_type":     r.Type,
		"session_id":   r.SessionID,
		"trace_id":     r.TraceID,
		"start_time":   timestamp(r.Start),
		"end_time":     timestampOrNil(r.End),
		"status":       r.Status,
		"error":        nil,
		"inputs":       trace.Preview(trace.Content(r.Inputs), previewRunes),
		"outputs":      trace.Preview(trace.Content(r.Outputs), previewRunes),
		"total_tokens": r.TotalTokens(),
		"total_cost":   formatCost(r.Cost),
		"summary":      row.Summary,
		"attributes":   row.Attributes,
		"cluster_id":   in.ID,
		"cluster_name": in.Name,
	}
	if r.Error != "" {
		v["error"] = r.Error
	}
	return v
}
