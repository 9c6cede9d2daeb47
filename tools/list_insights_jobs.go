package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

type listInsightsJobsArgs struct {
	ProjectArgs
	ConfigID uuid.UUID `json:"config_id,omitzero" jsonschema_description:"Only jobs of this config."`
	PageArgs
}

type listInsightsJobsResult struct {
	Jobs       []insightsJob `json:"jobs"`
	NextOffset int           `json:"next_offset,omitempty"`

	args    listInsightsJobsArgs
	project langsmith.Project
	links   links
	fetched []langsmith.Job
	next    int // offset of the page after all that was fetched; 0 for none
	chars   int
}

func listInsightsJobs() Tool {
	return Define(Declaration{
		Name:  "list_insights_jobs",
		Title: "List Insights jobs",
		Description: "List a project's Insights jobs, running and finished. Look here before starting a paid one: a recent report may answer the " +
			"question. Next: get_insights_job reads a report, wait_for_insights_job waits for one, compare_insights_jobs compares two.",
		Effect:     Reads,
		Repeatable: true,
		Toolset:    "insights",
	}, runListInsightsJobs)
}

func runListInsightsJobs(ctx context.Context, env *Env, args listInsightsJobsArgs) (*listInsightsJobsResult, error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	listed, err := env.LangSmith.ListJobs(ctx, project.ID, args.ConfigID, args.fetch(), args.Offset)
	if err != nil {
		return nil, err
	}
	jobs, next := cutPage(args.PageArgs, listed.Jobs)
	whole := &listInsightsJobsResult{args: args, project: project, links: env.links(ctx, project), fetched: jobs, next: next}
	return whole.resize(len(jobs), longestJobText), nil
}

// longestJobText bounds a job's name and, three times as long, its error; in bytes.
const longestJobText = 200

// Budget implements Budgeted.
func (r *listInsightsJobsResult) Budget() int { return r.args.budget() }

// Size implements Resizable.
func (r *listInsightsJobsResult) Size() (items, chars int) { return len(r.Jobs), r.chars }

// Resize implements Resizable.
func (r *listInsightsJobsResult) Resize(items, chars int) Result { return r.resize(items, chars) }

func (r *listInsightsJobsResult) resize(items, chars int) *listInsightsJobsResult {
	sized := *r
	sized.chars, sized.Jobs, sized.NextOffset = chars, make([]insightsJob, items), r.next
	for i := range items {
		sized.Jobs[i] = newInsightsJob(&r.fetched[i], r.links, chars)
	}
	if items < len(r.fetched) {
		sized.NextOffset = r.args.Offset + items
	}
	return &sized
}

// Text implements Result.
func (r *listInsightsJobsResult) Text() string {
	if len(r.Jobs) == 0 {
		return r.emptyText()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Insights jobs of %s:\n\n", projectLabel(r.project))
	table := markdown.NewTable(markdown.Column{Title: "job"}, markdown.Column{Title: "status"}, markdown.Column{Title: "traces", Right: true},
		markdown.Column{Title: "window (UTC)"}, markdown.Column{Title: "created (UTC)"}, markdown.Column{Title: "job_id"})
	var failed strings.Builder
	for i := range r.Jobs {
		job := &r.Jobs[i]
		traces, window, created := "-", "-", "-"
		if job.NumRuns != nil {
			traces = thousands(*job.NumRuns)
		}
		if text := job.window(); text != "" {
			window = text
		}
		if !job.CreatedAt.IsZero() {
			created = minute(job.CreatedAt)
		}
		table.Row(markdown.Quote(job.Name, r.chars), job.state(), traces, window, created, job.ID.String())
		if job.Status.Failed() {
			fmt.Fprintf(&failed, "- %s failed: %s.\n", job.ID, job.reason(longestText))
		}
	}
	b.WriteString(table.String())
	if failed.Len() > 0 {
		b.WriteString("\n" + failed.String())
	}
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "\nMore: %s\n", r.call(r.NextOffset))
	}
	fmt.Fprintf(&b, "\nNext: get_insights_job with session_id %s and a job_id reads a report; compare_insights_jobs compares two.\n", r.project.ID)
	return b.String()
}

func (r *listInsightsJobsResult) emptyText() string {
	switch {
	case r.args.Offset > 0:
		return fmt.Sprintf("There are no Insights jobs from offset %d on.\n", r.args.Offset)
	case r.args.ConfigID != uuid.Nil:
		return fmt.Sprintf("No Insights job of %s was started from config %s. Without config_id all jobs are listed; create_insights_job with this config_id starts one (paid).\n",
			projectLabel(r.project), r.args.ConfigID)
	}
	return fmt.Sprintf("There is no Insights job in %s yet. create_insights_job starts one (paid; dry_run shows what it can cost).\n", projectLabel(r.project))
}

func (r *listInsightsJobsResult) call(offset int) string {
	values := []any{"session_id", r.project.ID}
	if r.args.ConfigID != uuid.Nil {
		values = append(values, "config_id", r.args.ConfigID)
	}
	if r.args.Limit > 0 {
		values = append(values, "limit", r.args.Limit)
	}
	return call("list_insights_jobs", append(values, "offset", offset)...)
}

// projectLabel names a project as well as the call knows it.
func projectLabel(project langsmith.Project) string {
	if project.Name == "" {
		return "project " + project.ID.String()
	}
	return "project " + markdown.Quote(project.Name, 100)
}
