package runs

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/tool"
)

// Selection is the arguments that select and sort traces by what LangSmith knows of
// their runs.
type Selection struct {
	Status string `json:"status,omitempty" jsonschema:"enum=error,enum=success" jsonschema_description:"Only traces with this status."`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=start_time,enum=latency,enum=cost" jsonschema_description:"Newest or largest first."`
}

// IsZero reports whether a call gives none of them.
func (s Selection) IsZero() bool { return s == Selection{} }

// Apply returns the runs that are selected, sorted. A run whose latency or cost is not
// known comes last.
func (s Selection) Apply(all []langsmith.Run) []langsmith.Run {
	selected := slices.DeleteFunc(slices.Clone(all), func(run langsmith.Run) bool {
		return s.Status != "" && run.Status != s.Status
	})
	key := func(run *langsmith.Run) float64 { return float64(run.StartTime.UnixNano()) }
	switch s.SortBy {
	case "":
		return selected
	case "latency":
		key = func(run *langsmith.Run) float64 { return orLeast(run.LatencySeconds()) }
	case "cost":
		key = func(run *langsmith.Run) float64 { return orLeast(run.TotalCost.Get()) }
	}
	slices.SortStableFunc(selected, func(a, b langsmith.Run) int { return cmp.Compare(key(&b), key(&a)) })
	return selected
}

// orLeast returns a value that is not negative, or less where it is not known.
func orLeast(value float64, known bool) float64 {
	if !known {
		return -1
	}
	return value
}

// maxTraces bounds the traces to select from. A report reads no more.
const maxTraces = 1000

// Select returns the page of a query over those traces of a job, or of a category, that
// are selected, and their runs. It lists all of them and looks their runs up. Those that
// are not in LangSmith any more have no status, and are left out.
func (s Selection) Select(ctx context.Context, client *langsmith.Client, project, job uuid.UUID, query langsmith.JobRunsQuery) (*langsmith.JobRunsPage, map[uuid.UUID]langsmith.Run, error) {
	limit, offset := query.Limit, query.Offset
	query.Offset = 0
	var listed []langsmith.JobRun
	for query.Limit = tool.MaxPage; len(listed) < maxTraces; {
		page, err := client.ListJobRuns(ctx, project, job, query)
		if err != nil {
			return nil, nil, err
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
	var found []langsmith.Run
	for chunk := range slices.Chunk(ids, langsmith.MaxRunsByID) {
		runs, err := client.ListRunsByID(ctx, project, chunk)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, runs...)
	}
	slices.SortStableFunc(found, func(a, b langsmith.Run) int { // as listed, where the selection does not sort
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
	selected := s.Apply(found)
	result, shownRuns := &langsmith.JobRunsPage{}, map[uuid.UUID]langsmith.Run{}
	for _, run := range selected[min(offset, len(selected)):min(offset+limit, len(selected))] {
		shown := byID[run.ID]
		shown.Status, shown.StartTime = run.Status, run.StartTime
		if shown.Error == "" {
			shown.Error = run.Error
		}
		result.Runs = append(result.Runs, shown)
		shownRuns[run.ID] = run
	}
	if offset+limit < len(selected) {
		result.Next, result.More = offset+limit, true
	}
	return result, shownRuns, nil
}
