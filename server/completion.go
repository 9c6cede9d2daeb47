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
	"langsmith-insights-mcp/tools/markdown"
)

// completer completes the arguments of prompts and resource templates. The
// protocol has a value and no label for it: so a prompt, which is text, gets names
// with ids; an address gets the ids of what has the name that is being typed.
type completer struct{ backend *Backend }

// maxCompletions is the protocol's bound.
const maxCompletions = 100

// CompletePromptArgument implements mcp-go's PromptCompletionProvider.
func (c completer) CompletePromptArgument(ctx context.Context, _ string, argument mcp.CompleteArgument, already mcp.CompleteContext) (*mcp.Completion, error) {
	s, given := c.search(ctx), already.Arguments
	switch argument.Name {
	case prompts.Project:
		return newCompletion(s.projects(ctx, argument.Value, func(p langsmith.Project) string { return p.Name }))
	case prompts.Job, prompts.Baseline:
		return newCompletion(s.jobs(ctx, s.project(ctx, given[prompts.Project]), argument.Value,
			func(j langsmith.Job) string { return prompts.JobLabel(j.Name, j.CreatedAt.Time, j.ID) }))
	case prompts.Category:
		project := s.project(ctx, given[prompts.Project])
		return newCompletion(s.categories(ctx, project, s.job(ctx, project, given[prompts.Job]), argument.Value,
			func(n *catalog.Category) string { return prompts.CategoryLabel(n.Name, n.Runs, n.ID) }))
	}
	return newCompletion(nil, nil)
}

// CompleteResourceArgument implements mcp-go's ResourceCompletionProvider.
func (c completer) CompleteResourceArgument(ctx context.Context, _ string, argument mcp.CompleteArgument, already mcp.CompleteContext) (*mcp.Completion, error) {
	s := c.search(ctx)
	project, job := prompts.ParseID(already.Arguments["session_id"]), prompts.ParseID(already.Arguments["job_id"])
	switch argument.Name {
	case "session_id":
		return newCompletion(s.projects(ctx, argument.Value, func(p langsmith.Project) string { return p.ID.String() }))
	case "job_id":
		return newCompletion(s.jobs(ctx, project, argument.Value, func(j langsmith.Job) string { return j.ID.String() }))
	case "cluster_id":
		return newCompletion(s.categories(ctx, project, job, argument.Value, func(n *catalog.Category) string { return n.ID.String() }))
	}
	return newCompletion(nil, nil)
}

// maxCompletion bounds one value, in characters.
const maxCompletion = 200

// newCompletion returns the values as the protocol wants them. Where LangSmith
// cannot be asked there are none, which stops nobody from typing.
func newCompletion(values []string, err error) (*mcp.Completion, error) {
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	for i, value := range values {
		values[i] = markdown.Line(value, maxCompletion)
	}
	total := len(values)
	return &mcp.Completion{Values: values[:min(total, maxCompletions)], Total: total, HasMore: total > maxCompletions}, nil
}

// search returns a search over what the caller of ctx sees.
func (c completer) search(ctx context.Context) search {
	caller := c.backend.caller(ctx)
	return search{caller.catalog, c.backend.defaultProject(caller)}
}

// search finds values for what a person is typing. A project or job that is not
// known is uuid.Nil, for which nothing is found.
type search struct {
	catalog        *catalog.Catalog
	defaultProject string
}

func (s search) projects(ctx context.Context, typed string, value func(langsmith.Project) string) (values []string, err error) {
	projects, err := s.catalog.Projects(ctx, typed)
	for _, project := range projects {
		values = append(values, value(project))
	}
	return values, err
}

// project returns the project that the person has filled in, by its id or name,
// or the default one.
func (s search) project(ctx context.Context, filledIn string) uuid.UUID {
	if id, err := uuid.Parse(filledIn); err == nil {
		return id
	}
	name := cmp.Or(filledIn, s.defaultProject)
	if name == "" {
		return uuid.Nil
	}
	id, err := s.catalog.ProjectNamed(ctx, name)
	if err != nil {
		return uuid.Nil
	}
	return id
}

func (s search) jobs(ctx context.Context, project uuid.UUID, typed string, value func(langsmith.Job) string) (values []string, err error) {
	if project == uuid.Nil {
		return nil, nil
	}
	jobs, err := s.catalog.Jobs(ctx, project)
	for _, job := range jobs {
		if v := value(job); catalog.Matches(typed, job.Name+"\n"+v, job.ID) {
			values = append(values, v)
		}
	}
	return values, err
}

// job returns the job that the person has filled in, or the newest that succeeded.
func (s search) job(ctx context.Context, project uuid.UUID, filledIn string) uuid.UUID {
	if id := prompts.ParseID(filledIn); id != uuid.Nil || project == uuid.Nil {
		return id
	}
	jobs, err := s.catalog.Jobs(ctx, project)
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

func (s search) categories(ctx context.Context, project, job uuid.UUID, typed string, value func(*catalog.Category) string) (values []string, err error) {
	if project == uuid.Nil || job == uuid.Nil {
		return nil, nil
	}
	categories, err := s.catalog.Categories(ctx, project, job)
	for _, category := range categories {
		if v := value(category); category.ID != uuid.Nil && catalog.Matches(typed, category.Name+"\n"+v, category.ID) {
			values = append(values, v)
		}
	}
	return values, err
}
