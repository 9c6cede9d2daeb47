// Package jobs shows Insights jobs and their reports, as structure and as text.
package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Lines lists jobs, one a line, and says where there are more.
func Lines(jobs []langsmith.Job, most int) string {
	var b strings.Builder
	listed := jobs[:min(len(jobs), most)]
	for i := range listed {
		job := NewJob(&listed[i], tool.Links{}, markdown.MaxName)
		fmt.Fprintf(&b, "- %s (%s", markdown.Quote(job.Name, markdown.MaxName), job.State())
		if !job.CreatedAt.IsZero() {
			fmt.Fprintf(&b, ", of %s UTC", job.CreatedAt.UTC().Format(time.DateTime))
		}
		fmt.Fprintf(&b, "), job_id %s\n", job.ID)
	}
	if len(jobs) > most {
		b.WriteString("- and more: list_insights_jobs\n")
	}
	return b.String()
}

// Job is what every result says of a job.
type Job struct {
	ID        uuid.UUID        `json:"id"`
	Name      string           `json:"name"`
	Status    langsmith.Status `json:"status"`
	Error     string           `json:"error,omitempty"`
	CreatedAt langsmith.Time   `json:"created_at,omitzero"`
	StartTime langsmith.Time   `json:"start_time,omitzero"`
	EndTime   langsmith.Time   `json:"end_time,omitzero"`
	ConfigID  uuid.UUID        `json:"config_id,omitzero"`
	NumRuns   *int             `json:"num_runs,omitempty"`
	URL       string           `json:"url,omitempty"`
}

// NewJob shows a job, its name in at most so many bytes.
func NewJob(job *langsmith.Job, links tool.Links, most int) Job {
	listed := Job{
		ID:        job.ID,
		Name:      markdown.Truncate(job.Name, min(markdown.MaxName, most)),
		Status:    langsmith.Status(markdown.Truncate(string(job.Status), markdown.MaxWord)),
		Error:     markdown.Truncate(job.Error, 3*most),
		CreatedAt: job.CreatedAt,
		StartTime: job.StartTime,
		EndTime:   job.EndTime,
		ConfigID:  job.ConfigID,
		URL:       links.Job(job.ID),
	}
	if runs := job.NumRuns(); runs > 0 {
		listed.NumRuns = &runs
	}
	return listed
}

// State says in a word or two where the job is.
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

// Reason says why the job failed, in LangSmith's words.
func (j *Job) Reason(chars int) string {
	if strings.TrimSpace(j.Error) == "" {
		return "LangSmith gave no reason"
	}
	return markdown.Quote(j.Error, chars)
}

// ShortestWindow is the least that a job's start_time and end_time must span to
// be taken for the window that it analysed. LangSmith does not document what
// they are; a job's own work never takes as long, and no window is shorter.
const ShortestWindow = time.Hour

// Window says of what time the analysed traces are; empty where that is unknown.
func (j *Job) Window() string {
	if j.StartTime.IsZero() || j.EndTime.Sub(j.StartTime.Time) < ShortestWindow {
		return ""
	}
	return wording.Minute(j.StartTime) + " to " + wording.Minute(j.EndTime)
}

// MaxText bounds a job's name and, three times as long, its error; in bytes.
const MaxText = 200
