package start

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Result is the job that a tool started, or would start.
type Result struct {
	ID             uuid.UUID        `json:"id,omitzero"`
	Name           string           `json:"name,omitempty"`
	Status         langsmith.Status `json:"status,omitempty"`
	Error          string           `json:"error,omitempty"`
	SessionID      uuid.UUID        `json:"session_id,omitzero"`
	URL            string           `json:"url,omitempty"`
	AlreadyRunning bool             `json:"already_running,omitempty"`
	AlreadyDone    bool             `json:"already_done,omitempty"`
	Scope          *scope.Scope     `json:"scope,omitempty"`
	TracesAtMost   *int             `json:"traces_at_most,omitempty"` // of a job that was started, or would be
	CostUSD        *cost.Range      `json:"cost_usd,omitempty"`       // of as many
	*dryRun
	tool.Cautions
	tool.NextCall

	job     *Job
	outcome *paid.Outcome // nil for a dry run
	others  otherJobs
}

// Result returns the outcome of starting the job as a result.
func (j *Job) Result(ctx context.Context, env *tool.Env, outcome *paid.Outcome) *Result {
	started := outcome.Job
	reads := scope.New(j.Request, outcome.Sent)
	others := j.splitOthers(outcome.Others, reads)
	if reads != nil && !outcome.Probably {
		env.Scopes.Put(started.ID, reads)
	}
	next := "wait_for_insights_job"
	if outcome.AlreadyDone {
		next = "get_insights_job"
	}
	result := &Result{
		Cautions:       tool.Cautions{Caution: append(others.names(), outcome.Notes...)},
		NextCall:       tool.NextCall{Next: tool.NewCall(next, "session_id", j.Project.ID, "job_id", started.ID)},
		ID:             started.ID,
		Name:           markdown.Truncate(started.Name, markdown.MaxName),
		Status:         langsmith.Status(markdown.Truncate(string(started.Status), markdown.MaxWord)),
		Error:          markdown.Truncate(started.Error, advice.MaxCause),
		SessionID:      j.Project.ID,
		URL:            env.ProjectLinks(ctx, j.Project).Job(started.ID),
		AlreadyRunning: outcome.AlreadyRunning,
		AlreadyDone:    outcome.AlreadyDone,
		Scope:          reads,
		job:            j,
		outcome:        outcome,
		others:         others,
	}
	if !outcome.AlreadyRunning && !outcome.AlreadyDone {
		bound := cost.NewEstimate(j.Request)
		result.TracesAtMost, result.CostUSD = &bound.Traces, &bound.Cost
	}
	return result
}

// UnconfirmedResult returns what starting the job would do, if nobody can be asked for consent.
func (j *Job) UnconfirmedResult(ctx context.Context, env *tool.Env) (*Result, error) {
	result, err := j.DryRun(ctx, env, nil)
	if err != nil {
		return nil, err
	}
	result.unconfirmed, result.Next = true, nil
	return result, nil
}

// IsDryRun reports whether the result is of a dry run.
func (r *Result) IsDryRun() bool { return r.dryRun != nil }

// usualText is the usual length of a text that mentions other jobs, in bytes.
const usualText = 2 << 10

// Text implements [tool.Result].
func (r *Result) Text() string {
	var b strings.Builder
	b.Grow(usualText)
	if r.dryRun != nil {
		r.writeDryRun(&b)
		return b.String()
	}
	b.WriteString(r.describeOutcome())
	if r.TracesAtMost != nil {
		fmt.Fprintf(&b, " It reads at most %s, about %s (not counted here).", wording.Count(*r.TracesAtMost, "trace"), r.CostUSD)
	}
	fmt.Fprintf(&b, "\n\njob_id: %s\nsession_id: %s\n", r.ID, r.SessionID)
	if r.Status != "" { // else LangSmith does not return the job, and only its id is known
		fmt.Fprintf(&b, "name: %s\nstatus: %s\n", markdown.Quote(r.Name, markdown.MaxName), markdown.Word(string(r.Status), markdown.MaxWord))
	}
	if r.Scope != nil {
		fmt.Fprintf(&b, "scope: %s\n", r.Scope)
	}
	if r.Error != "" {
		fmt.Fprintf(&b, "error: %s\n", markdown.Quote(r.Error, advice.MaxCause))
	}
	if r.URL != "" {
		fmt.Fprintf(&b, "url: %s\n", r.URL)
	}
	for _, note := range r.outcome.Notes {
		fmt.Fprintf(&b, "\nNote: %s\n", note)
	}
	if len(r.outcome.Others) > 0 {
		b.WriteString("\n")
		r.others.write(&b)
	}
	fmt.Fprintf(&b, "\nNext: %s.\n", r.Next.Text("session_id", "job_id"))
	return b.String()
}

// describeOutcome returns whether a job was started.
func (r *Result) describeOutcome() string {
	ended := r.Status.Done()
	switch already, probably := r.AlreadyRunning, r.outcome.Probably; {
	case r.AlreadyDone:
		text := "No job was started: the same call was made before, and its report is ready."
		if probably {
			text = "No job was started: the same call was made before, and this is probably its report. LangSmith's response to that call was lost, and this is the only matching job."
		}
		return text + r.job.describeDuplicate()
	case already && probably:
		return "No job was started: the same call was made before, and this is probably its job. LangSmith's response to that call was lost, and this is the only matching job."
	case already && ended:
		return "No job was started: the same call was made before, and its job has ended since; no call has returned it. Calling once more starts a new one."
	case already:
		return "No job was started: the same call was made before, and its job is still running." + r.job.describeDuplicate()
	case probably:
		return "LangSmith's response was lost. This is the only matching job found since, so it is probably the one that this call started. No second one was started."
	}
	return fmt.Sprintf("Started an Insights job over %s. The report takes up to 30 minutes.", tool.ProjectLabel(r.job.Project))
}

// describeDuplicate returns how to start another job, if there is a way.
func (j *Job) describeDuplicate() string {
	if j.NoDuplicates {
		return ""
	}
	return " allow_duplicate starts another one anyway."
}

// The maximum numbers of a project's other jobs in a list: of those that may answer the
// question, and of the rest.
const (
	maxCovering = 5
	maxOthers   = 3
)

// otherJobs are the project's other jobs: those whose window and filter cover what a job
// would read, and the rest.
type otherJobs struct{ covering, rest []jobs.Job }

// splitOthers keeps one job more of each kind than is listed, so that a list can say so.
func (j *Job) splitOthers(others []langsmith.Job, reads *scope.Scope) (split otherJobs) {
	split.covering = make([]jobs.Job, 0, min(len(others), maxCovering+1))
	for i := range others {
		other := jobs.NewJob(&others[i], j.scopes, jobs.MaxName)
		kind, limit := &split.rest, maxOthers
		if other.Scope.Covers(reads) {
			kind, limit = &split.covering, maxCovering
		}
		if len(*kind) <= limit {
			*kind = append(*kind, other)
		}
	}
	return split
}

const (
	ofCovering = "Over all of this window with this filter, so they may answer the question at no cost:"
	ofRest     = "Other jobs of the project, unfinished or of the last day:"
)

// write lists the jobs, first those that cover what a job would read. It writes nothing
// for none.
func (o otherJobs) write(b *strings.Builder) {
	if len(o.covering) > 0 {
		b.WriteString(ofCovering + "\n")
		jobs.WriteList(b, o.covering, maxCovering)
	}
	if len(o.rest) > 0 {
		b.WriteString(ofRest + "\n")
		jobs.WriteList(b, o.rest, maxOthers)
	}
}

// names names the jobs that write lists.
func (o otherJobs) names() []string {
	var names []string
	if len(o.covering) > 0 {
		names = append(names, ofCovering+" "+jobs.ListNames(o.covering, maxCovering)+".")
	}
	if len(o.rest) > 0 {
		names = append(names, ofRest+" "+jobs.ListNames(o.rest, maxOthers)+".")
	}
	return names
}
