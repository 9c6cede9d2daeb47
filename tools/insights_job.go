package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// insightsJob is what every result says of a job.
type insightsJob struct {
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

// longestStatus bounds a status, which is a free word of LangSmith's.
const longestStatus = 40

// newInsightsJob shows a job, its name in at most so many bytes.
func newInsightsJob(job *langsmith.Job, links links, most int) insightsJob {
	listed := insightsJob{
		ID:        job.ID,
		Name:      cleanTo(job.Name, min(longestName, most)),
		Status:    langsmith.Status(cleanTo(string(job.Status), longestStatus)),
		Error:     cleanTo(job.Error, 3*most),
		CreatedAt: job.CreatedAt,
		StartTime: job.StartTime,
		EndTime:   job.EndTime,
		ConfigID:  job.ConfigID,
		URL:       links.job(job.ID),
	}
	if runs := job.NumRuns(); runs > 0 {
		listed.NumRuns = &runs
	}
	return listed
}

// state says in a word or two where the job is.
func (j *insightsJob) state() string {
	switch {
	case j.Status == langsmith.StatusSuccess:
		return "finished"
	case j.Status.Failed():
		return "failed"
	case j.Status == "":
		return "unfinished"
	}
	return markdown.Word(string(j.Status), longestStatus)
}

// reason says why the job failed, in LangSmith's words.
func (j *insightsJob) reason(chars int) string {
	if strings.TrimSpace(j.Error) == "" {
		return "LangSmith gave no reason"
	}
	return markdown.Quote(j.Error, chars)
}

// shortestWindow is the least that a job's start_time and end_time must span to
// be taken for the window that it analysed. LangSmith does not document what
// they are; a job's own work never takes as long, and no window is shorter.
const shortestWindow = time.Hour

// window says of what time the analysed traces are; empty where that is unknown.
func (j *insightsJob) window() string {
	if j.StartTime.IsZero() || j.EndTime.Sub(j.StartTime.Time) < shortestWindow {
		return ""
	}
	return minute(j.StartTime) + " to " + minute(j.EndTime)
}

// minute writes a time of UTC for people; every heading above it says UTC.
func minute(t langsmith.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// ago says how long something has been going on.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

// cleanTo is text from outside for a result's structure: harmless to show, and
// at most so many bytes of it.
func cleanTo(text string, most int) string {
	short, _ := markdown.Shorten(text, most)
	return short
}
