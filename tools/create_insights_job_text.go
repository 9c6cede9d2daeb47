package tools

import (
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// Text tells what was started, or what would be.
func (r *createInsightsJobResult) Text() string {
	var b strings.Builder
	b.Grow(2 << 10) // what an answer takes, other jobs included
	if r.dryRun != nil {
		r.writeDryRun(&b, projectLabel(r.project))
		return b.String()
	}
	b.WriteString(r.happened())
	write(&b, "\n\njob_id: ", r.ID.String(), "\nsession_id: ", r.SessionID.String(),
		"\nname: ", markdown.Quote(r.Name, longestName), "\nstatus: ", markdown.Word(string(r.Status), longestStatus), "\n")
	if r.Error != "" {
		write(&b, "error: ", markdown.Quote(r.Error, longestCause), "\n")
	}
	if r.URL != "" {
		write(&b, "url: ", r.URL, "\n")
	}
	for _, note := range r.outcome.Notes {
		write(&b, "\nNote: ", note, "\n")
	}
	if others := jobLines(r.outcome.Others, mostOthers); others != "" {
		write(&b, "\nOther jobs of this project, unfinished or of the last day. They may answer the same question, so look before you start more:\n", others)
	}
	b.WriteString("\nNext: wait_for_insights_job with this session_id and job_id.\n")
	return b.String()
}

// happened says in a line or two whether anything was started.
func (r *createInsightsJobResult) happened() string {
	ended := r.Status.Done()
	switch already, probably := r.AlreadyRunning, r.outcome.Probably; {
	case already && probably:
		return "No job was started: the same call was made before, and this job is probably its. LangSmith's answer to that call was lost, and this is the only job that fits."
	case already && ended:
		return "No job was started: the same call was made before, and nobody was told of its job, which has ended by now. Calling once more starts a new one."
	case already:
		text := "No job was started: the same call was made before, and its job still runs."
		if !r.onlyOne {
			text += " allow_duplicate starts another all the same."
		}
		return text
	case probably:
		return "LangSmith's answer was lost. This job was found since, the only one that fits: it is probably the one that this call started. No second one was started."
	}
	return fmt.Sprintf("Started an Insights job over %s. The report takes up to 30 minutes.", projectLabel(r.project))
}

// mostOthers is how many other jobs a result lists.
const mostOthers = 5

// jobLines lists jobs, one a line, and says where there are more.
func jobLines(jobs []langsmith.Job, most int) string {
	var b strings.Builder
	listed := jobs[:min(len(jobs), most)]
	b.Grow(128 * len(listed))
	for i := range listed {
		job := newInsightsJob(&listed[i], links{}, longestName)
		write(&b, "- ", markdown.Quote(job.Name, longestName), " (", job.state())
		if !job.CreatedAt.IsZero() {
			write(&b, ", of ", job.CreatedAt.UTC().Format(time.DateTime), " UTC")
		}
		write(&b, "), job_id ", job.ID.String(), "\n")
	}
	if len(jobs) > most {
		b.WriteString("- and more: list_insights_jobs\n")
	}
	return b.String()
}
