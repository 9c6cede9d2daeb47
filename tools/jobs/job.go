// Package jobs shows Insights jobs and their reports, as structure and as text.
package jobs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Job is a job in a result.
type Job struct {
	ID        uuid.UUID        `json:"id"`
	Name      string           `json:"name"`
	Status    langsmith.Status `json:"status"`
	Error     string           `json:"error,omitempty"`
	CreatedAt langsmith.Time   `json:"created_at,omitzero"`
	StartTime langsmith.Time   `json:"start_time,omitzero"` // of the work; that of the traces is in Scope
	EndTime   langsmith.Time   `json:"end_time,omitzero"`
	Scope     *scope.Scope     `json:"scope,omitempty"`
	ConfigID  uuid.UUID        `json:"config_id,omitzero"`
	NumRuns   *int             `json:"num_runs,omitempty"`
	URL       string           `json:"url,omitempty"`
}

// MaxName is the maximum length of a job's name, in characters. An error may have three
// times as many.
const MaxName = 200

// NewJob returns a job with the known part of its scope (see [ScopeOf]), its name cut to max
// characters, and its error to three times as many.
func NewJob(job *langsmith.Job, known *scope.Memory, max int) Job {
	shown := Job{
		ID:        job.ID,
		Name:      markdown.Truncate(job.Name, min(MaxName, max)),
		Status:    langsmith.Status(markdown.Truncate(string(job.Status), markdown.MaxWord)),
		Error:     markdown.Truncate(job.Error, 3*max),
		CreatedAt: job.CreatedAt,
		Scope:     ScopeOf(job, known),
		ConfigID:  job.ConfigID,
	}
	if !hasWindow(job) {
		shown.StartTime, shown.EndTime = job.StartTime, job.EndTime
	}
	if runs := job.NumRuns(); runs > 0 {
		shown.NumRuns = new(runs)
	}
	return shown
}

// State returns the job's status in words.
func (j *Job) State() string {
	switch {
	case j.Status == langsmith.StatusSuccess:
		return "finished"
	case j.Status.Failed():
		return "failed"
	case j.Status == "":
		return "unfinished"
	}
	return markdown.Word(string(j.Status), markdown.MaxWord)
}

// Reason returns why the job failed, in LangSmith's words.
func (j *Job) Reason() string {
	if strings.TrimSpace(j.Error) == "" {
		return "LangSmith gave no reason"
	}
	return markdown.Quote(j.Error, len(j.Error))
}

// minWindow is the minimum span of a job's start_time and end_time that can only be
// the window of the traces, since a job takes less.
const minWindow = time.Hour

// hasWindow reports whether the job's two times are the window of the analysed traces.
// LangSmith does not document whether they are that or the time of the work, which ends
// after the job was created.
func hasWindow(job *langsmith.Job) bool {
	took := job.EndTime.Sub(job.StartTime.Time)
	if job.StartTime.IsZero() || took <= 0 {
		return false
	}
	return took >= minWindow || !job.CreatedAt.IsZero() && !job.EndTime.After(job.CreatedAt.Time)
}

// ScopeOf returns the known part of a job's scope: what is remembered, which LangSmith does
// not return, and the window that LangSmith may return. It is nil if nothing is known.
func ScopeOf(job *langsmith.Job, known *scope.Memory) *scope.Scope {
	remembered := known.Get(job.ID)
	switch {
	case !hasWindow(job) || remembered != nil && !remembered.StartTime.IsZero():
		return remembered
	case remembered == nil:
		return &scope.Scope{StartTime: job.StartTime, EndTime: job.EndTime}
	}
	both := *remembered
	both.StartTime, both.EndTime = job.StartTime, job.EndTime
	return &both
}

// NewJobs returns jobs with the known parts of their scopes, for [WriteList] and [ListNames].
func NewJobs(jobs []langsmith.Job, known *scope.Memory) []Job {
	shown := make([]Job, len(jobs))
	for i := range jobs {
		shown[i] = NewJob(&jobs[i], known, MaxName)
	}
	return shown
}

// WriteList writes a list of at most limit jobs, one per line, and a note if there are more.
func WriteList(b *strings.Builder, jobs []Job, limit int) {
	for _, job := range jobs[:min(len(jobs), limit)] {
		about := job.State()
		if reads := job.Scope.String(); reads != "" {
			about += ", reads " + reads
		} else if !job.CreatedAt.IsZero() {
			about += ", of " + wording.Minute(job.CreatedAt) + " UTC"
		}
		fmt.Fprintf(b, "- %s (%s), job_id %s\n", markdown.Quote(job.Name, MaxName), about, job.ID)
	}
	if len(jobs) > limit {
		b.WriteString("- and more: list_insights_jobs\n")
	}
}

// ListNames names at most limit jobs as part of a sentence, and says if there are more.
func ListNames(jobs []Job, limit int) string {
	var named []string
	for _, job := range jobs[:min(len(jobs), limit)] {
		named = append(named, fmt.Sprintf("%s (%s), job_id %s", markdown.Quote(job.Name, MaxName), job.State(), job.ID))
	}
	if len(jobs) > limit {
		named = append(named, "and more: list_insights_jobs")
	}
	return strings.Join(named, "; ")
}

// failure is the cause of a failed job, as far as LangSmith's error shows it.
type failure int

const (
	failureUnknown  failure = iota
	failureNoTraces         // no trace to read
	failureQuota            // of the model's provider
	failureNoKey            // of the model
)

// failureWords are parts of LangSmith's or a model provider's errors for each failure. None
// of them is documented.
var failureWords = [...][]string{
	failureNoTraces: {"no traces", "no runs", "no threads", "no matching"},
	failureQuota:    {"quota", "rate limit", "rate_limit"},
	failureNoKey:    {"api key", "api_key", "secret", "credential", "authentication", "unauthorized"},
}

func (j *Job) failure() failure {
	reason := strings.ToLower(j.Error)
	found := slices.IndexFunc(failureWords[:], func(words []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(reason, word) })
	})
	return failure(max(found, 0))
}

// retry returns the dry run that is suggested after a failed job: of the same job, as far
// as its scope is known, or of a wider window if it found no traces.
func (j *Job) retry(project uuid.UUID) *tool.Call {
	call := []any{"session_id", project, "config_id", j.ConfigID}
	if j.Scope != nil {
		start, end := j.Scope.StartTime.Time, j.Scope.EndTime.Time
		if j.failure() == failureNoTraces {
			start = start.Add(-(scope.WideningFactor - 1) * j.Scope.Length())
		}
		call = append(call, j.Scope.Arguments(start, end)...)
	}
	return tool.NewCall("create_insights_job", append(call, "dry_run", true)...)
}

// describeRetry describes the suggested dry run.
func (j *Job) describeRetry() string {
	var what string
	switch j.failure() {
	case failureNoTraces:
		if what = "shows how many traces match now; then widen the window, or change the filter."; j.Scope.Length() > 0 {
			what = "shows whether " + wording.Duration(scope.WideningFactor*j.Scope.Length()) + " have traces; otherwise change the filter."
		}
	case failureQuota:
		what = "shows what another job would read and cost; it can succeed when the provider's quota allows."
	case failureNoKey:
		what = "shows which model secrets the workspace has."
	default:
		what = "shows what another job would read and cost."
	}
	return what + " Without dry_run it starts (paid)."
}
