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
	var left *paid.DisconnectedError
	switch {
	case errors.As(err, &uncertain):
		return j.explainUncertain(uncertain)
	case errors.As(err, &many):
		return j.explainTooMany(many)
	case errors.As(err, &limit):
		return j.explainLimit(limit)
	case errors.As(err, &earlier):
		return tool.RefuseFor(earlier.Err, "The same call was made before and started job %s. The job's state could not be read: %s.\nNothing was started. Call again, or look at that job with get_insights_job.", earlier.Job, j.audience.Cause(earlier.Err))
	case errors.Is(err, paid.ErrBusy):
		return tool.Refuse("Another process of this server has been making the same call for minutes. Nothing was started. Call again later.")
	case errors.As(err, &left) && errors.Is(err, context.DeadlineExceeded):
		if left.Sent {
			return tool.RefuseFor(left, "The call timed out while the job was being started. The request continues: repeat the call to get its job; no second one is started.")
		}
		return tool.Refuse("The call timed out before anything was sent. Nothing was started. Call again.")
	}
	return dryrun.ExplainFilter(j.audience, j.Request, err, "filter")
}

func (j *Job) explainLimit(err *paid.LimitError) error {
	var b strings.Builder
	fmt.Fprintf(&b, "The operator of this server allows each LangSmith key %s a day (--max-jobs-per-day), and they are used up for today. Nothing was started.\nThe count restarts at %s UTC, in %s.\n",
		wording.Count(err.Most, "job"), err.Resets.Format("2006-01-02 15:04"), wording.Duration(time.Until(err.Resets)))
	j.splitOthers(err.Others, scope.New(j.Request, time.Now())).write(&b)
	return tool.Refuse("%s", strings.TrimSuffix(b.String(), "\n"))
}

func (j *Job) explainUncertain(err *paid.UncertainError) error {
	var b strings.Builder
	if err.Err != nil {
		fmt.Fprintf(&b, "It is unknown whether a job was started: %s.\n", j.audience.Cause(err.Err))
	} else {
		b.WriteString("The same call was made before, and it is unknown whether it started a job. This call started none.\n")
	}
	switch {
	case err.LookErr != nil:
		fmt.Fprintf(&b, "The project's jobs could not be listed to look for it either: %s.\nCall again in a minute: within ten minutes the same call looks for that job, and starts one only if it can look and finds none.\n", j.audience.Cause(err.LookErr))
	case len(err.Found) == 0:
		fmt.Fprintf(&b, "No new job was found in the project in some seconds, and the request may still be processed.\nFor another %s the same call looks again and starts nothing; after that it starts a job if it still finds none.\n", wording.Duration(err.Wait))
	default:
		b.WriteString("It may be one of these, which are new in the project:\n")
		jobs.WriteList(&b, err.Found, j.scopes, paid.MaxOthers)
		b.WriteString("Use the one that matches your call. If none does, the same call with allow_duplicate starts another.\n")
	}
	j.splitOthers(err.Others, scope.New(j.Request, time.Now())).write(&b)
	for _, note := range err.Notes {
		fmt.Fprintf(&b, "Note: %s\n", note)
	}
	return tool.RefuseFor(err, "%s", strings.TrimSuffix(b.String(), "\n"))
}

func (j *Job) explainTooMany(err *paid.TooManyJobsError) error {
	var b strings.Builder
	fmt.Fprintf(&b, "LangSmith starts no further Insights job while so many are running: %s. Nothing was started.\n", j.audience.Cause(err.Err))
	switch {
	case err.ListErr != nil:
		b.WriteString("The running jobs could not be listed.\n")
	case len(err.Unfinished) == 0:
		b.WriteString("None of them is in this project; they are in other projects of the workspace.\n")
	default:
		b.WriteString("Unfinished in this project:\n")
		jobs.WriteList(&b, err.Unfinished, j.scopes, paid.MaxOthers)
	}
	b.WriteString("Wait for one to end (wait_for_insights_job), then call again.")
	return tool.RefuseFor(err, "%s", b.String())
}
