package start

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/tool"
)

// matching are the traces that a job would find now.
type matching struct {
	count   int       // up to [langsmith.MaxSample]
	more    bool      // there are that many, or more
	example uuid.UUID // of the newest; uuid.Nil where there is none
}

// maxReads bounds the reads that count traces. One is enough where LangSmith gives a
// thousand at once; its older route gives a hundred.
const maxReads = langsmith.MaxSample / 100

// countMatching counts the traces in a request's window that pass its filter.
func countMatching(ctx context.Context, env *tool.Env, project uuid.UUID, request *langsmith.CreateInsightsJobRequest, now time.Time) (*matching, error) {
	query := langsmith.RunsQuery{Project: project, RootsOnly: true, Limit: langsmith.MaxSample}
	query.Filter, _ = request.Filter.Get()
	start, end, _ := request.Window(now)
	query.After = start
	if end.Before(now) {
		query.Before = end
	}
	found := &matching{more: true}
	for range maxReads {
		page, err := env.LangSmith.QueryRuns(ctx, query)
		if err != nil {
			return nil, err
		}
		if found.count == 0 && len(page.Runs) > 0 {
			found.example = page.Runs[0].ID
		}
		found.count += len(page.Runs)
		if found.count >= langsmith.MaxSample {
			found.count = langsmith.MaxSample
			return found, nil
		}
		if page.Next == "" {
			found.more = false
			return found, nil
		}
		query.Cursor, query.Limit = page.Next, langsmith.MaxSample-found.count
	}
	return found, nil
}

// explainUnreadableFilter refuses a filter that LangSmith cannot read; nil where
// something else kept the traces from being counted.
func explainUnreadableFilter(j *Job, request *langsmith.CreateInsightsJobRequest, err error) error {
	var api *langsmith.Error
	if _, filtered := request.Filter.Get(); !filtered || !errors.As(err, &api) ||
		api.Status != http.StatusBadRequest && api.Status != http.StatusUnprocessableEntity {
		return nil
	}
	const good = `a good one is and(eq(status, "error"), gt(latency, 5))`
	if _, own := j.Request.Filter.Get(); !own {
		return refuseArgument("config_id", "has a filter that cannot be read: "+advice.Cause(err)+"; "+good)
	}
	return refuseArgument("filter", "cannot be read: "+advice.Cause(err)+"; "+good)
}
