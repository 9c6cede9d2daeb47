package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

type listProjectsArgs struct {
	NameContains string `json:"name_contains,omitempty" jsonschema_description:"Only projects with this in their name."`
	tool.PageArgs
}

type listedProject struct {
	ID               uuid.UUID      `json:"id"`
	Name             string         `json:"name"`
	RunCount         *int           `json:"run_count,omitempty"`
	LastRunStartTime langsmith.Time `json:"last_run_start_time,omitzero"`
	ErrorRate        *float64       `json:"error_rate,omitempty"`
	URL              string         `json:"url,omitempty"`
}

type listProjectsResult struct {
	Projects   []listedProject `json:"projects"`
	NextOffset int             `json:"next_offset,omitempty"`
	tool.NextCall

	args     listProjectsArgs
	audience advice.Audience
	chars    int
}

func listProjects() tool.Tool {
	return tool.DefineResizable(tool.Declaration{
		Name:        "list_projects",
		Title:       "List tracing projects",
		Description: "List the workspace's tracing projects with ids, sizes and error rates, to find a name.",
		Effect:      tool.Reads,
		Repeatable:  true,
		Toolset:     "insights",
	}, runListProjects)
}

func runListProjects(ctx context.Context, env *tool.Env, args listProjectsArgs) (*tool.Resizable[*listProjectsResult], error) {
	found, err := env.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{
		NameContains: args.NameContains,
		Limit:        args.FetchSize(),
		Offset:       args.Offset,
		Stats:        true,
	})
	if err != nil {
		return nil, err
	}
	found, next := tool.CutPage(args.PageArgs, found)
	listed := make([]listedProject, len(found))
	for i, project := range found {
		env.Projects.Put(project)
		listed[i] = newListedProject(env.LangSmith.Endpoint(), project)
	}
	return &tool.Resizable[*listProjectsResult]{
		Items: len(listed), Chars: markdown.MaxName, MinChars: markdown.MinName, Budget: args.Budget(),
		Build: func(items, chars int) *listProjectsResult {
			result := &listProjectsResult{Projects: slices.Clone(listed[:items]), NextOffset: next, args: args, chars: chars, audience: env.Audience}
			for i := range result.Projects {
				result.Projects[i].Name = markdown.Truncate(result.Projects[i].Name, chars)
			}
			if items < len(listed) {
				result.NextOffset = args.Offset + items
			}
			if latest := result.findLatest(); latest != nil {
				result.Next = tool.NewCall("list_insights_jobs", "session_id", latest.ID)
			}
			return result
		},
	}, nil
}

func newListedProject(endpoint langsmith.Endpoint, project langsmith.Project) listedProject {
	listed := listedProject{ID: project.ID, Name: project.Name, RunCount: project.RunCount, LastRunStartTime: project.LastRunStartTime}
	if project.TenantID != uuid.Nil {
		listed.URL = endpoint.ProjectURL(project.TenantID, project.ID)
	}
	if rate, ok := project.ErrorRate.Get(); ok {
		rate = wording.Significant(rate)
		listed.ErrorRate = &rate
	}
	return listed
}

// Text implements [tool.Result].
func (r *listProjectsResult) Text() string {
	var b strings.Builder
	switch {
	case len(r.Projects) == 0 && r.args.Offset > 0:
		return fmt.Sprintf("There are no projects from offset %d on.\n", r.args.Offset)
	case len(r.Projects) == 0 && r.args.NameContains != "":
		return fmt.Sprintf("No project's name contains %s. Call list_projects without name_contains to see all.\n", markdown.Quote(r.args.NameContains, 100))
	case len(r.Projects) == 0:
		return "The workspace has no tracing project. " + r.audience.SuggestOtherWorkspace() + "\n"
	}
	table := markdown.NewTable(markdown.Column{Title: "project"}, markdown.Column{Title: "runs", Right: true},
		markdown.Column{Title: "errors", Right: true}, markdown.Column{Title: "last run (UTC)"}, markdown.Column{Title: "session_id"})
	for _, project := range r.Projects {
		last := "-"
		if !project.LastRunStartTime.IsZero() {
			last = wording.Minute(project.LastRunStartTime)
		}
		table.Row(markdown.Quote(project.Name, r.chars), wording.OrDash(project.RunCount, wording.Thousands), wording.OrDash(project.ErrorRate, wording.Percent), last, project.ID.String())
	}
	b.WriteString(table.String())
	if r.NextOffset > 0 {
		fmt.Fprintf(&b, "\nMore: the same call with offset=%d.\n", r.NextOffset)
	}
	fmt.Fprintf(&b, "\nNext: list_insights_jobs with a project's name or session_id, such as %s, lists its reports.\n", markdown.Quote(r.findLatest().Name, r.chars))
	return b.String()
}

// findLatest returns the project of the page with the latest run, nil if there is none.
func (r *listProjectsResult) findLatest() *listedProject {
	var latest *listedProject
	for i := range r.Projects {
		if project := &r.Projects[i]; latest == nil || project.LastRunStartTime.After(latest.LastRunStartTime.Time) {
			latest = project
		}
	}
	return latest
}
