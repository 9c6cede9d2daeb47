package server

import (
	"cmp"
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/catalog"
	"langsmith-insights-mcp/server/prompts"
)

// completions offer what a person may mean who fills in a prompt or the address
// of a resource. The protocol has a value and no label for it: so a prompt, which
// is text, is offered names with ids; an address, which is not, the ids of what
// has the name that is being typed.
type completions struct{ backend *Backend }

// mostOffered is the protocol's bound.
const mostOffered = 100

// CompletePromptArgument implements mcp-go's PromptCompletionProvider.
func (c completions) CompletePromptArgument(ctx context.Context, _ string, argument mcp.CompleteArgument, already mcp.CompleteContext) (*mcp.Completion, error) {
	l, given := c.look(ctx), already.Arguments
	switch argument.Name {
	case prompts.Project:
		return completed(l.projects(ctx, argument.Value, func(p langsmith.Project) string { return p.Name }))
	case prompts.Job, prompts.Baseline:
		return completed(l.jobs(ctx, l.project(ctx, given[prompts.Project]), argument.Value,
			func(j langsmith.Job) string { return prompts.JobLabel(j.Name, j.CreatedAt.Time, j.ID) }))
	case prompts.Category:
		project := l.project(ctx, given[prompts.Project])
		return completed(l.categories(ctx, project, l.job(ctx, project, given[prompts.Job]), argument.Value,
			func(n *catalog.Category) string { return prompts.CategoryLabel(n.Name, n.Runs, n.ID) }))
	}
	return completed(nil, nil)
}

// CompleteResourceArgument implements mcp-go's ResourceCompletionProvider.
func (c completions) CompleteResourceArgument(ctx context.Context, _ string, argument mcp.CompleteArgument, already mcp.CompleteContext) (*mcp.Completion, error) {
	l := c.look(ctx)
	project, job := prompts.ID(already.Arguments["session_id"]), prompts.ID(already.Arguments["job_id"])
	switch argument.Name {
	case "session_id":
		return completed(l.projects(ctx, argument.Value, func(p langsmith.Project) string { return p.ID.String() }))
	case "job_id":
		return completed(l.jobs(ctx, project, argument.Value, func(j langsmith.Job) string { return j.ID.String() }))
	case "cluster_id":
		return completed(l.categories(ctx, project, job, argument.Value, func(n *catalog.Category) string { return n.ID.String() }))
	}
	return completed(nil, nil)
}

// completed is what was found. Where LangSmith cannot be asked there is nothing
// to offer, which keeps nobody from typing on.
func completed(values []string, err error) (*mcp.Completion, error) {
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	total := len(values)
	return &mcp.Completion{Values: values[:min(total, mostOffered)], Total: total, HasMore: total > mostOffered}, nil
}

func (c completions) look(ctx context.Context) look {
	who := c.backend.caller(ctx)
	return look{who.catalog, c.backend.defaultProject(who)}
}

// look searches what a caller's workspace holds. What is not known of a project
// or a job is uuid.Nil, of which there is nothing to offer.
type look struct {
	catalog        *catalog.Catalog
	defaultProject string
}

func (l look) projects(ctx context.Context, typed string, value func(langsmith.Project) string) (values []string, err error) {
	found, err := l.catalog.Projects(ctx, typed)
	for _, project := range found {
		values = append(values, value(project))
	}
	return values, err
}

// project finds the project that is filled in already, by its id or name, or the
// default one.
func (l look) project(ctx context.Context, filledIn string) uuid.UUID {
	if id, err := uuid.Parse(filledIn); err == nil {
		return id
	}
	name := cmp.Or(filledIn, l.defaultProject)
	if name == "" {
		return uuid.Nil
	}
	id, err := l.catalog.ProjectNamed(ctx, name)
	if err != nil {
		return uuid.Nil
	}
	return id
}

func (l look) jobs(ctx context.Context, project uuid.UUID, typed string, value func(langsmith.Job) string) (values []string, err error) {
	if project == uuid.Nil {
		return nil, nil
	}
	jobs, err := l.catalog.Jobs(ctx, project)
	for _, job := range jobs {
		if offered := value(job); catalog.Matches(typed, job.Name+"\n"+offered, job.ID) {
			values = append(values, offered)
		}
	}
	return values, err
}

// job finds the job that is filled in already, or the newest that has finished.
func (l look) job(ctx context.Context, project uuid.UUID, filledIn string) uuid.UUID {
	if id := prompts.ID(filledIn); id != uuid.Nil || project == uuid.Nil {
		return id
	}
	jobs, err := l.catalog.Jobs(ctx, project)
	if err != nil {
		return uuid.Nil
	}
	for _, job := range jobs {
		if job.Status == langsmith.StatusSuccess && (filledIn == "" || filledIn == job.Name) {
			return job.ID
		}
	}
	return uuid.Nil
}

func (l look) categories(ctx context.Context, project, job uuid.UUID, typed string, value func(*catalog.Category) string) (values []string, err error) {
	if project == uuid.Nil || job == uuid.Nil {
		return nil, nil
	}
	nodes, err := l.catalog.Categories(ctx, project, job)
	for _, node := range nodes {
		if offered := value(node); catalog.Matches(typed, node.Name+"\n"+offered, node.ID) {
			values = append(values, offered)
		}
	}
	return values, err
}
