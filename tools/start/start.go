// Package start starts paid Insights jobs for tools: consent, dry runs, and the results.
package start

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/configs"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Job is a paid job that a tool is about to start.
type Job struct {
	*paid.Call
	Project langsmith.Project // without an id while it does not exist

	// NoDuplicates is set by tools without allow_duplicate.
	NoDuplicates bool

	// SendsTraces is set by tools that send the traces to the project first.
	SendsTraces bool

	scopes   *scope.Memory   // the caller's
	audience advice.Audience // of errors
}

// NewJob returns the job of a request over a project.
func NewJob(env *tool.Env, project langsmith.Project, request *langsmith.CreateInsightsJobRequest) (*Job, error) {
	call, err := paid.NewCall(env.LangSmith, project.ID, request)
	if err != nil {
		return nil, err
	}
	call.RequestID, call.Subject = env.RequestID, env.Subject
	return &Job{Call: call, Project: project, scopes: env.Scopes, audience: env.Audience}, nil
}

// InProject returns the same job over another project.
func (j *Job) InProject(project langsmith.Project) (*Job, error) {
	call, err := paid.NewCall(j.LangSmith, project.ID, j.Request)
	if err != nil {
		return nil, err
	}
	call.AllowDuplicate, call.RequestID, call.Subject = j.AllowDuplicate, j.RequestID, j.Subject
	return &Job{Call: call, Project: project, NoDuplicates: j.NoDuplicates, SendsTraces: j.SendsTraces, scopes: j.scopes, audience: j.audience}, nil
}

// FindRunning returns the job that an equal call started before, nil if there is none.
func (j *Job) FindRunning(ctx context.Context, env *tool.Env) (*paid.Outcome, error) {
	outcome, err := env.Paid.Find(ctx, j.Call)
	if err != nil {
		return nil, j.explain(err)
	}
	return outcome, nil
}

// Confirm asks a person for consent to the job, if the operator requires it (--confirm) and
// the daily limit allows one more. It fails with [tool.ErrCannotAsk] if nobody can be asked.
func (j *Job) Confirm(ctx context.Context, env *tool.Env, question string) error {
	if !env.Policy.Confirm {
		return nil
	}
	if err := j.CheckDailyLimit(ctx, env); err != nil {
		return err
	}
	answer, err := env.AskPerson(ctx, &tool.Question{
		ID:   "start-" + j.Digest(), // so that no answer counts for another job
		Text: fmt.Sprintf("%s It %s", question, cost.NewEstimate(j.Request)),
	})
	if err != nil {
		return err
	}
	if !answer.Accepted {
		env.Paid.RecordDeclined(j.Call)
		return tool.Refuse("The person who was asked declined. No job was started, and nothing was spent. dry_run shows what the job would do.")
	}
	return nil
}

// CheckDailyLimit refuses a job above the daily limit.
func (j *Job) CheckDailyLimit(ctx context.Context, env *tool.Env) error {
	if err := env.Paid.CheckDailyLimit(ctx, j.Call); err != nil {
		return j.explain(err)
	}
	return nil
}

// Start starts the job, or returns the one that an equal call has started.
func (j *Job) Start(ctx context.Context, env *tool.Env) (*paid.Outcome, error) {
	outcome, err := env.Paid.Start(ctx, j.Call)
	if err != nil {
		err = j.explain(err)
		if tool.IsNotFound(err) { // of the project or its config, since refusals do not unwrap
			if _, _, noConfig := completeRequest(ctx, env, j); noConfig != nil {
				return nil, noConfig
			}
		}
		return nil, err
	}
	env.Watch.RecordStarted(env.LangSmith, j.Project.ID, outcome.Job.ID)
	return outcome, nil
}

// completeRequest returns the settings of a job: the request's over those of its config.
// replaces reports whether the request changes the config's. If the config cannot be read,
// the request is returned unchanged.
func completeRequest(ctx context.Context, env *tool.Env, j *Job) (complete *langsmith.CreateInsightsJobRequest, replaces bool, err error) {
	given := j.Request
	id, ok := given.ConfigID.Get()
	if !ok {
		return given, false, nil
	}
	saved, err := env.LangSmith.ListConfigs(ctx, j.Project.ID, true)
	if err != nil {
		return given, false, nil //nolint:nilerr // the result says what is not known
	}
	at := slices.IndexFunc(saved, func(config langsmith.Config) bool { return config.ID == id.String() })
	if at < 0 {
		return nil, false, refuseArgument("config_id", "is not a config of "+tool.ProjectLabel(j.Project)+listConfigs(saved)+"; list_insights_configs lists them")
	}
	complete = configs.ReadRequest(saved[at].Config)
	if !given.LastNHours.IsAbsent() || !given.StartTime.IsAbsent() || !given.EndTime.IsAbsent() {
		complete.LastNHours, complete.StartTime, complete.EndTime = given.LastNHours, given.StartTime, given.EndTime
	}
	override(&complete.Sample, given.Sample)
	override(&complete.Filter, given.Filter)
	override(&complete.SummaryPrompt, given.SummaryPrompt)
	override(&complete.ClusterModel, given.ClusterModel)
	override(&complete.SummaryModel, given.SummaryModel)
	if given.Model != nil {
		complete.Model = given.Model
	}
	return complete, !reflect.DeepEqual(complete, configs.ReadRequest(saved[at].Config)), nil
}

// maxConfigs is the maximum number of configs that are suggested for a missing one.
const maxConfigs = 5

// listConfigs lists configs that a job can run, as part of a sentence. It returns an empty
// text if there are none.
func listConfigs(all []langsmith.Config) string {
	var listed []string
	for _, config := range all {
		if _, isUUID := tool.ParseUUID(config.ID); isUUID && len(listed) < maxConfigs {
			listed = append(listed, markdown.Quote(config.Name, markdown.MaxName)+", config_id "+config.ID)
		}
	}
	if listed == nil {
		return ""
	}
	return "; it has " + strings.Join(listed, "; ")
}

// override replaces a setting of the config by the request's, if there is one.
func override[T any](setting *langsmith.Optional[T], given langsmith.Optional[T]) {
	if !given.IsAbsent() {
		*setting = given
	}
}

// refuseArgument refuses a call for one argument, after a request to LangSmith.
func refuseArgument(name, problem string) error {
	return &tool.ArgumentError{Problems: []langsmith.FieldError{{Field: name, Problem: problem}}, Asked: true}
}

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
		jobs.WriteList(&b, jobs.NewJobs(err.Found, j.scopes), paid.MaxOthers)
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
		jobs.WriteList(&b, jobs.NewJobs(err.Unfinished, j.scopes), paid.MaxOthers)
	}
	b.WriteString("Wait for one to end (wait_for_insights_job), then call again.")
	return tool.RefuseFor(err, "%s", b.String())
}
