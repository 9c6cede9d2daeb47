package runs

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/tool"
)

// Selection picks and orders traces by what LangSmith holds of their runs.
type Selection struct {
	Status string `json:"status,omitempty" jsonschema:"enum=error,enum=success" jsonschema_description:"Only traces with this status."`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=start_time,enum=latency,enum=cost" jsonschema_description:"Newest or largest first."`
}

// IsZero reports whether nothing was asked for.
func (s Selection) IsZero() bool { return s == Selection{} }

// Apply returns the runs that the selection asks for, in its order. A run whose
// latency or cost is unknown comes last.
func (s Selection) Apply(all []langsmith.Run) []langsmith.Run {
	picked := slices.DeleteFunc(slices.Clone(all), func(run langsmith.Run) bool {
		return s.Status != "" && run.Status != s.Status
	})
	key := func(run *langsmith.Run) float64 { return float64(run.StartTime.UnixNano()) }
	switch s.SortBy {
	case "":
		return picked
	case "latency":
		key = func(run *langsmith.Run) float64 { return valueOr(run.LatencySeconds()) }
	case "cost":
		key = func(run *langsmith.Run) float64 { return valueOr(run.TotalCost.Get()) }
	}
	slices.SortStableFunc(picked, func(a, b langsmith.Run) int { return cmp.Compare(key(&b), key(&a)) })
	return picked
}

// valueOr returns a figure, and less than any where it is unknown.
func valueOr(value float64, known bool) float64 {
	if !known {
		return -1
	}
	return value
}

// mostSelected bounds the traces that a selection picks from: a report reads no
// more.
const mostSelected = 1000

// Select lists all traces of a job, or of a category, looks their runs up, and
// returns the page of those that the selection asks for. Traces that LangSmith
// holds no more have no status, latency and cost: a status leaves them out.
func (s Selection) Select(ctx context.Context, client *langsmith.Client, project, job uuid.UUID, query langsmith.JobRunsQuery, limit, offset int) (*langsmith.JobRunsPage, error) {
	var listed []langsmith.JobRun
	for query.Limit = tool.MaxPage; len(listed) < mostSelected; {
		page, err := client.ListJobRuns(ctx, project, job, query)
		if err != nil {
			return nil, err
		}
		listed = append(listed, page.Runs...)
		if !page.More {
			break
		}
		query.Offset = page.Next
	}
	byID := make(map[uuid.UUID]langsmith.JobRun, len(listed))
	ids := make([]uuid.UUID, 0, len(listed))
	for _, run := range listed {
		if _, seen := byID[run.ID]; !seen && run.ID != uuid.Nil {
			byID[run.ID], ids = run, append(ids, run.ID)
		}
	}
	var held []langsmith.Run
	for chunk := range slices.Chunk(ids, langsmith.MaxRunsByID) {
		found, err := client.RunsByID(ctx, project, chunk)
		if err != nil {
			return nil, err
		}
		held = append(held, found...)
	}
	slices.SortStableFunc(held, func(a, b langsmith.Run) int { // the order of the listing, for equals
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
	picked := s.Apply(held)
	result := &langsmith.JobRunsPage{}
	for _, run := range picked[min(offset, len(picked)):min(offset+limit, len(picked))] {
		shown := byID[run.ID]
		shown.Status, shown.StartTime = run.Status, run.StartTime
		if shown.Error == "" {
			shown.Error = run.Error
		}
		result.Runs = append(result.Runs, shown)
	}
	if offset+limit < len(picked) {
		result.Next, result.More = offset+limit, true
	}
	return result, nil
}
