package start

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// explain turns an error of package paid into advice.
func (j *Job) explain(err error) error {
	var uncertain *paid.UncertainError
	var many *paid.TooManyJobsError
	var limit *paid.LimitError
	var earlier *paid.EarlierError
	var left *paid.LeftError
	switch {
	case errors.As(err, &uncertain):
		return j.explainUncertain(uncertain)
	case errors.As(err, &many):
		return j.explainTooMany(many)
	case errors.As(err, &limit):
		return j.explainLimit(limit)
	case errors.As(err, &earlier):
		return tool.Refuse("The same call was made before and started job %s. Whether that one still runs could not be read: %s.\nNothing was started. Call again, or look at that job with get_insights_job.", earlier.Job, j.audience.Cause(earlier.Err))
	case errors.Is(err, paid.ErrBusy):
		return tool.Refuse("The same call is under way in another process of this server, for minutes now. Nothing was started. Call again later.")
	case errors.As(err, &left) && errors.Is(err, context.DeadlineExceeded):
		if left.Sent {
			return tool.Refuse("The call's time ran out while the job was being started. The request is finished all the same, and remembered: the same call again gives its job and starts no second one.")
		}
		return tool.Refuse("The call's time ran out before anything was sent. Nothing was started. Call again.")
	}
	return dryrun.ExplainFilter(j.audience, j.Request, err, "filter")
}

func (j *Job) explainLimit(err *paid.LimitError) error {
	text := fmt.Sprintf("The operator of this server allows each LangSmith key %s a day (--max-jobs-per-day), and today's are used up. Nothing was started.\nThe count begins anew at %s UTC, in %s.",
		wording.Count(err.Most, "job"), err.Resets.Format("2006-01-02 15:04"), wording.Duration(time.Until(err.Resets)))
	others := j.describeOthers(err.Others, scope.New(j.Request, time.Now()))
	return tool.Refuse("%s", strings.TrimSuffix(text+"\n"+others, "\n"))
}

func (j *Job) explainUncertain(err *paid.UncertainError) error {
	var b strings.Builder
	if err.Err != nil {
		fmt.Fprintf(&b, "It is not known whether a job was started: %s.\n", j.audience.Cause(err.Err))
	} else {
		b.WriteString("The same call was made before, and it is not known whether it started a job. This call started none.\n")
	}
	switch {
	case err.LookErr != nil:
		fmt.Fprintf(&b, "Nor could the project's jobs be listed to look for it: %s.\nCall again in a minute: within ten minutes the same call looks for that job, and starts one only after it could look and found none.\n", j.audience.Cause(err.LookErr))
	case len(err.Found) == 0:
		fmt.Fprintf(&b, "No new job was found in the project, looking for some seconds, and the request may still be processed.\nFor another %s the same call looks again and starts nothing; after that it starts a job if it still finds none.\n", wording.Duration(err.Wait))
	default:
		fmt.Fprintf(&b, "It may be one of these, which are new in the project:\n%sGo on with the one that is yours. If none is, the same call with allow_duplicate starts another.\n", jobs.WriteList(err.Found, j.scopes, paid.MostOthers))
	}
	b.WriteString(j.describeOthers(err.Others, scope.New(j.Request, time.Now())))
	for _, note := range err.Notes {
		fmt.Fprintf(&b, "Note: %s\n", note)
	}
	return tool.Refuse("%s", strings.TrimSuffix(b.String(), "\n"))
}

func (j *Job) explainTooMany(err *paid.TooManyJobsError) error {
	text := fmt.Sprintf("LangSmith starts no more Insights jobs while so many run: %s. Nothing was started.\n", j.audience.Cause(err.Err))
	switch {
	case err.ListErr != nil:
		text += "Which ones run could not be listed."
	case len(err.Unfinished) == 0:
		text += "None of them is in this project; they are in others of the workspace."
	default:
		text += "Unfinished in this project:\n" + strings.TrimSuffix(jobs.WriteList(err.Unfinished, j.scopes, paid.MostOthers), "\n")
	}
	return tool.Refuse("%s\nWait for one to end (wait_for_insights_job), then call again.", text)
}
