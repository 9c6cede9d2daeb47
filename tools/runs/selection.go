package runs

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/tool"
)

// Selection has the arguments that select and sort traces by the status, time, latency and
// cost of their runs.
type Selection struct {
	Status string `json:"status,omitempty" jsonschema:"enum=error,enum=success" jsonschema_description:"Only traces with this status."`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=start_time,enum=latency,enum=cost" jsonschema_description:"Newest or largest first."`
}

// IsZero reports whether a call has none of these arguments.
func (s Selection) IsZero() bool { return s == Selection{} }

// Apply returns the selected runs, sorted. A run of unknown latency or cost comes last.
func (s Selection) Apply(all []langsmith.Run) []langsmith.Run {
	selected := slices.DeleteFunc(slices.Clone(all), func(run langsmith.Run) bool {
		return s.Status != "" && run.Status != s.Status
	})
	key := func(run *langsmith.Run) float64 { return float64(run.StartTime.UnixNano()) }
	switch s.SortBy {
	case "":
		return selected
	case "latency":
		key = func(run *langsmith.Run) float64 { return valueOrMinusOne(run.LatencySeconds()) }
	case "cost":
		key = func(run *langsmith.Run) float64 { return valueOrMinusOne(run.TotalCost.Get()) }
	}
	slices.SortStableFunc(selected, func(a, b langsmith.Run) int { return cmp.Compare(key(&b), key(&a)) })
	return selected
}

// valueOrMinusOne returns a value, or -1 if it is unknown.
func valueOrMinusOne(value float64, known bool) float64 {
	if !known {
		return -1
	}
	return value
}

// maxTraces is the maximum number of traces to select from. A report reads no more.
const maxTraces = 1000

// SelectedRuns is a page of the selected traces of a job or category.
type SelectedRuns struct {
	Page  *langsmith.JobRunsPage
	Runs  map[uuid.UUID]langsmith.Run // of the page
	Total int                         // traces that are selected
	Of    int                         // traces to select from
}

// Select returns a page of the selected traces. It lists all traces and reads their runs;
// runs that LangSmith no longer has are left out.
func (s Selection) Select(ctx context.Context, client *langsmith.Client, project, job uuid.UUID, query langsmith.JobRunsQuery) (*SelectedRuns, error) {
	limit, offset := query.Limit, query.Offset
	query.Offset = 0
	var listed []langsmith.JobRun
	for query.Limit = tool.MaxPage; len(listed) < maxTraces; {
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
	var found []langsmith.Run
	for chunk := range slices.Chunk(ids, langsmith.MaxRunsByID) {
		runs, err := client.ListRunsByID(ctx, project, chunk)
		if err != nil {
			return nil, err
		}
		found = append(found, runs...)
	}
	slices.SortStableFunc(found, func(a, b langsmith.Run) int { // as listed, if the selection does not sort
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
	selected := s.Apply(found)
	result := &langsmith.JobRunsPage{}
	page := &SelectedRuns{Page: result, Runs: map[uuid.UUID]langsmith.Run{}, Total: len(selected), Of: len(found)}
	for _, run := range selected[min(offset, len(selected)):min(offset+limit, len(selected))] {
		shown := byID[run.ID]
		shown.Status, shown.StartTime = run.Status, run.StartTime
		shown.Error, shown.ThreadID = cmp.Or(shown.Error, run.Error), cmp.Or(shown.ThreadID, run.ThreadID)
		result.Runs = append(result.Runs, shown)
		page.Runs[run.ID] = run
	}
	if offset+limit < len(selected) {
		result.Next, result.More = offset+limit, true
	}
	return page, nil
}
