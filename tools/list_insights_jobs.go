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
	chars   int // that a name may have
}

func listInsightsJobs() Tool {
	return DefineResizable(Declaration{
		Name:  "list_insights_jobs",
		Title: "List Insights jobs",
		Description: "List a project's Insights jobs, running and finished. Look here before starting a paid one: a recent report may answer the " +
			"question. Next: get_insights_job reads a report, wait_for_insights_job waits for one, compare_insights_jobs compares two.",
		Effect:     Reads,
		Repeatable: true,
		Toolset:    "insights",
	}, runListInsightsJobs)
}

func runListInsightsJobs(ctx context.Context, env *Env, args listInsightsJobsArgs) (Resizable[*listInsightsJobsResult], error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return Resizable[*listInsightsJobsResult]{}, err
	}
	listed, err := env.LangSmith.ListJobs(ctx, project.ID, args.ConfigID, args.fetch(), args.Offset)
	if err != nil {
		return Resizable[*listInsightsJobsResult]{}, err
	}
	jobs, next := cutPage(args.PageArgs, listed.Jobs)
	links := env.links(ctx, project)
	return Resizable[*listInsightsJobsResult]{
		Items: len(jobs), Chars: longestJobText, Budget: args.budget(),
		Build: func(items, chars int) *listInsightsJobsResult {
			result := &listInsightsJobsResult{Jobs: make([]insightsJob, items), NextOffset: next, args: args, project: project, chars: chars}
			for i := range items {
				result.Jobs[i] = newInsightsJob(&jobs[i], links, chars)
			}
			if items < len(jobs) {
				result.NextOffset = args.Offset + items
			}
			return result
		},
	}, nil
}

// longestJobText bounds a job's name and, three times as long, its error; in bytes.
const longestJobText = 200

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
