package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	tool.NextCall

	args    listInsightsJobsArgs
	project langsmith.Project
	links   tool.Links
	chars   int // the maximum length of a name
}

func listInsightsJobs() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:  "list_insights_jobs",
		Title: "List Insights jobs",
		Description: "List a project's Insights jobs, running and finished. Check it before starting a paid job: a recent report may answer the " +
			"question. Next: get_insights_job, or wait_for_insights_job.",
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
		Items: len(page), Chars: jobs.MaxName, MinChars: markdown.MinName, Budget: args.Budget(),
		Build: func(items, chars int) *listInsightsJobsResult {
			result := &listInsightsJobsResult{Jobs: make([]jobs.Job, items), NextOffset: next, args: args, project: project, links: links, chars: chars}
			for i := range items {
				result.Jobs[i] = jobs.NewJob(&page[i], env.Scopes, chars)
				result.Jobs[i].URL = links.Job(page[i].ID)
			}
			if items < len(page) {
				result.NextOffset = args.Offset + items
			}
			result.Next = result.next()
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
	if r.project.Name != "" {
		fmt.Fprintf(&b, "Insights jobs of %s, session_id %s:\n\n", tool.ProjectLabel(r.project), r.project.ID)
	} else {
		fmt.Fprintf(&b, "Insights jobs of the project with session_id %s:\n\n", r.project.ID)
	}
	columns := []markdown.Column{{Title: "job"}, {Title: "status"}, {Title: "traces", Right: true}, {Title: "window (UTC)"}}
	filtered := slices.ContainsFunc(r.Jobs, func(job jobs.Job) bool { return job.Scope != nil && job.Scope.Filter != "" })
	if filtered {
		columns = append(columns, markdown.Column{Title: "filter"})
	}
	table := markdown.NewTable(append(columns, markdown.Column{Title: "created (UTC)"}, markdown.Column{Title: "job_id"})...)
	for i := range r.Jobs {
		job := &r.Jobs[i]
		traces, created := "-", "-"
		if job.NumRuns != nil {
			traces = wording.Thousands(*job.NumRuns)
		}
		if !job.CreatedAt.IsZero() {
			created = wording.Minute(job.CreatedAt)
		}
		state := job.State()
		if job.Status.Failed() {
			state += ": " + job.Reason()
		}
		cells := []string{markdown.Quote(job.Name, r.chars), state, traces, cmp.Or(job.Scope.Window(), "-")}
		if filtered {
			cells = append(cells, job.Scope.DescribeFilter())
		}
		table.Row(append(cells, created, job.ID.String())...)
	}
	b.WriteString(table.String() + "\n")
	if web := r.links.JobPattern(); web != "" {
		b.WriteString("Web: " + web + "\n")
	}
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "More: the same call with offset=%d.\n", r.NextOffset)
	}
	b.WriteString("Next: " + r.describeNext() + "\n")
	return b.String()
}

// next returns the call that reads the newest report of the page, else the one that
// waits for a job, else the dry run of a report.
func (r *listInsightsJobsResult) next() *tool.Call {
	var unfinished *tool.Call
	for i := range r.Jobs {
		switch job := &r.Jobs[i]; {
		case job.Status == langsmith.StatusSuccess:
			return tool.NewCall("get_insights_job", "session_id", r.project.ID, "job_id", job.ID)
		case !job.Status.Done() && unfinished == nil:
			unfinished = tool.NewCall("wait_for_insights_job", "session_id", r.project.ID, "job_id", job.ID)
		}
	}
	if unfinished != nil || len(r.Jobs) == 0 && r.args.Offset > 0 {
		return unfinished
	}
	return tool.NewCall("create_insights_job", "session_id", r.project.ID, "config_id", r.args.ConfigID, "dry_run", true)
}

// describeNext describes the next call.
func (r *listInsightsJobsResult) describeNext() string {
	switch r.Next.Tool {
	case "get_insights_job":
		return "get_insights_job with this session_id and the first finished job's job_id" + r.describeComparison() + "."
	case "wait_for_insights_job":
		return "wait_for_insights_job with this session_id and the job_id of the first that has not ended."
	}
	return "create_insights_job dry_run=true shows what another report would cost."
}

// describeComparison also suggests a comparison if there are two reports.
func (r *listInsightsJobsResult) describeComparison() string {
	reports := 0
	for i := range r.Jobs {
		if r.Jobs[i].Status == langsmith.StatusSuccess {
			reports++
		}
	}
	if reports == 1 && r.args.Offset == 0 && r.NextOffset == 0 && r.args.ConfigID == uuid.Nil { // they are all
		return ""
	}
	return "; compare_insights_jobs for what changed"
}

// explainEmpty returns why there are no jobs.
func (r *listInsightsJobsResult) explainEmpty() string {
	switch {
	case r.args.Offset > 0:
		return fmt.Sprintf("There are no Insights jobs from offset %d on.\n", r.args.Offset)
	case r.args.ConfigID != uuid.Nil:
		return fmt.Sprintf("No Insights job of %s was started from config %s. Without config_id all jobs are listed; create_insights_job with this config_id starts one (paid).\n",
			tool.ProjectLabel(r.project), r.args.ConfigID)
	}
	return fmt.Sprintf("There is no Insights job in %s. create_insights_job starts one (paid; dry_run shows what it can cost).\n", tool.ProjectLabel(r.project))
}
