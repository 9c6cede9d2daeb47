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

// completer completes the arguments of prompts and resource templates. The protocol has
// values without labels. Values for prompts are names with ids; values for resource
// URIs are the ids of what has the typed name.
type completer struct{ backend *Backend }

// maxCompletions is the protocol's bound.
const maxCompletions = 100

// CompletePromptArgument implements mcp-go's PromptCompletionProvider.
func (c completer) CompletePromptArgument(ctx context.Context, _ string, argument mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	s, arguments := c.search(ctx), given.Arguments
	switch argument.Name {
	case prompts.Project:
		return newCompletion(s.projects(ctx, argument.Value, func(p langsmith.Project) string { return p.Name }))
	case prompts.Job, prompts.Baseline:
		return newCompletion(s.jobs(ctx, s.project(ctx, arguments[prompts.Project]), argument.Value,
			func(j langsmith.Job) string { return prompts.JobLabel(j.Name, j.CreatedAt.Time, j.ID) }))
	case prompts.Category:
		project := s.project(ctx, arguments[prompts.Project])
		return newCompletion(s.categories(ctx, project, s.job(ctx, project, arguments[prompts.Job]), argument.Value,
			func(n *catalog.Category) string { return prompts.CategoryLabel(n.Name, n.Runs, n.ID) }))
	}
	return newCompletion(nil, nil)
}

// CompleteResourceArgument implements mcp-go's ResourceCompletionProvider.
func (c completer) CompleteResourceArgument(ctx context.Context, _ string, argument mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	s := c.search(ctx)
	project, job := prompts.ParseID(given.Arguments["session_id"]), prompts.ParseID(given.Arguments["job_id"])
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

// newCompletion returns the completion of values, empty if LangSmith failed: the person
// can still type the value.
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

// search returns a search over what the caller of ctx can read.
func (c completer) search(ctx context.Context) search {
	caller := c.backend.caller(ctx)
	return search{caller.catalog, c.backend.defaultProject(caller)}
}

// search finds values that match what a person has typed. An unknown project or job is
// uuid.Nil, for which nothing is found.
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

// project returns the project whose id or name is value, or the default project if
// value is empty.
func (s search) project(ctx context.Context, value string) uuid.UUID {
	if id, err := uuid.Parse(value); err == nil {
		return id
	}
	name := cmp.Or(value, s.defaultProject)
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

// job returns the job whose id or name is value, or the newest that succeeded if value
// is empty.
func (s search) job(ctx context.Context, project uuid.UUID, value string) uuid.UUID {
	if id := prompts.ParseID(value); id != uuid.Nil || project == uuid.Nil {
		return id
	}
	jobs, err := s.catalog.Jobs(ctx, project)
	if err != nil {
		return uuid.Nil
	}
	for _, job := range jobs {
		if job.Status == langsmith.StatusSuccess && (value == "" || value == job.Name) {
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
