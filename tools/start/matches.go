package start

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/tool"
)

// matches is the result of counting the traces that a job would find now.
type matches struct {
	count   int       // up to [langsmith.MaxSample]
	more    bool      // there may be more
	example uuid.UUID // the newest; uuid.Nil if there is none
}

// maxReads is the maximum number of requests that count traces. One is enough if LangSmith
// returns a thousand at once; its older route returns a hundred.
const maxReads = langsmith.MaxSample / 100

// countMatching counts the traces in a request's window that pass its filter.
func countMatching(ctx context.Context, env *tool.Env, project uuid.UUID, request *langsmith.CreateInsightsJobRequest, now time.Time) (*matches, error) {
	query := langsmith.RunsQuery{Project: project, RootsOnly: true, Limit: langsmith.MaxSample}
	query.Filter, _ = request.Filter.Get()
	start, end, _ := request.Window(now)
	query.After = start
	if end.Before(now) {
		query.Before = end
	}
	found := &matches{more: true}
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

// explainInvalidFilter refuses a filter that LangSmith cannot parse. It returns nil if the
// traces could not be counted for another reason.
func explainInvalidFilter(j *Job, request *langsmith.CreateInsightsJobRequest, err error) error {
	var api *langsmith.Error
	if _, filtered := request.Filter.Get(); !filtered || !errors.As(err, &api) ||
		api.Status != http.StatusBadRequest && api.Status != http.StatusUnprocessableEntity {
		return nil
	}
	const good = `a good one is and(eq(status, "error"), gt(latency, 5))`
	if _, own := j.Request.Filter.Get(); !own {
		return refuseArgument("config_id", "has a filter that cannot be read: "+j.audience.Cause(err)+"; "+good)
	}
	return refuseArgument("filter", "cannot be read: "+j.audience.Cause(err)+"; "+good)
}
