package tools

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

type listInsightsJobsArgs struct {
	tool.ProjectArgs
	ConfigID uuid.UUID `json:"config_id,omitzero" jsonschema_description:"Only jobs of this config."`
	tool.PageArgs
}

type listInsightsJobsResult struct {
	Jobs       []jobs.Job `json:"jobs"`
	NextOffset int        `json:"next_offset,omitempty"`

	args    listInsightsJobsArgs
	project langsmith.Project
	chars   int // that a name may have
}

func listInsightsJobs() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "list_insights_jobs",
		Title: "List Insights jobs",
		Description: "List a project's Insights jobs, running and finished. Look here before starting a paid one: a recent report may answer the " +
			"question. Next: get_insights_job reads a report, wait_for_insights_job waits for one.",
		Effect:     tool.Reads,
		Repeatable: true,
		Toolset:    "insights",
	}, runListInsightsJobs)
}

func runListInsightsJobs(ctx context.Context, env *tool.Env, args listInsightsJobsArgs) (*tool.Resizable[*listInsightsJobsResult], error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	listed, err := env.LangSmith.ListJobs(ctx, project.ID, args.ConfigID, args.FetchSize(), args.Offset)
	if err != nil {
		return nil, err
	}
	page, next := tool.CutPage(args.PageArgs, listed.Jobs)
	links := env.ProjectLinks(ctx, project)
	return &tool.Resizable[*listInsightsJobsResult]{
		Items: len(page), Chars: jobs.MaxName, Budget: args.Budget(),
		Build: func(items, chars int) *listInsightsJobsResult {
			result := &listInsightsJobsResult{Jobs: make([]jobs.Job, items), NextOffset: next, args: args, project: project, chars: chars}
			for i := range items {
				result.Jobs[i] = jobs.NewJob(&page[i], links, chars)
				result.Jobs[i].Remember(env.Scopes.Get(page[i].ID))
			}
			if items < len(page) {
				result.NextOffset = args.Offset + items
			}
			return result
		},
	}, nil
}

// Text implements [tool.Result].
func (r *listInsightsJobsResult) Text() string {
	if len(r.Jobs) == 0 {
		return r.explainEmpty()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Insights jobs of %s:\n\n", tool.ProjectLabel(r.project))
	table := markdown.NewTable(markdown.Column{Title: "job"}, markdown.Column{Title: "status"}, markdown.Column{Title: "traces", Right: true},
		markdown.Column{Title: "window (UTC)"}, markdown.Column{Title: "created (UTC)"}, markdown.Column{Title: "job_id"})
	var failed strings.Builder
	for i := range r.Jobs {
		job := &r.Jobs[i]
		traces, window, created := "-", "-", "-"
		if job.NumRuns != nil {
			traces = wording.Thousands(*job.NumRuns)
		}
		if text := job.Window(); text != "" {
			window = text
		}
		if !job.CreatedAt.IsZero() {
			created = wording.Minute(job.CreatedAt)
		}
		table.Row(markdown.Quote(job.Name, r.chars), job.State(), traces, window, created, job.ID.String())
		if job.Status.Failed() {
			fmt.Fprintf(&failed, "- %s failed: %s.\n", job.ID, job.Reason())
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

// explainEmpty says why there are no jobs.
func (r *listInsightsJobsResult) explainEmpty() string {
	switch {
	case r.args.Offset > 0:
		return fmt.Sprintf("There are no Insights jobs from offset %d on.\n", r.args.Offset)
	case r.args.ConfigID != uuid.Nil:
		return fmt.Sprintf("No Insights job of %s was started from config %s. Without config_id all jobs are listed; create_insights_job with this config_id starts one (paid).\n",
			tool.ProjectLabel(r.project), r.args.ConfigID)
	}
	return fmt.Sprintf("There is no Insights job in %s yet. create_insights_job starts one (paid; dry_run shows what it can cost).\n", tool.ProjectLabel(r.project))
}

// call writes the call that lists jobs from an offset on.
func (r *listInsightsJobsResult) call(offset int) string {
	return wording.Call("list_insights_jobs", "session_id", r.project.ID, "config_id", r.args.ConfigID, "limit", r.args.Limit, "offset", offset)
}
