package tool

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Links makes addresses of LangSmith's web interface for one project. Without a
// known workspace every address is empty, and so absent from results.
type Links struct {
	endpoint        langsmith.Endpoint
	tenant, project uuid.UUID
}

// NewLinks returns the links of a project of a workspace.
func NewLinks(endpoint langsmith.Endpoint, tenant, project uuid.UUID) Links {
	return Links{endpoint, tenant, project}
}

// ProjectLinks returns the links of a project.
func (e *Env) ProjectLinks(ctx context.Context, project langsmith.Project) Links {
	return NewLinks(e.LangSmith.Endpoint(), e.TenantID(ctx, project), project.ID)
}

// Job returns the address of an Insights job.
func (l Links) Job(id uuid.UUID) string {
	if l.tenant == uuid.Nil {
		return ""
	}
	return l.endpoint.JobURL(l.tenant, l.project, id)
}

// ReportResource is the address of a report among the resources that the server has.
const ReportResource = "insights://projects/{session_id}/jobs/{job_id}"

// JobPattern returns the address of the project's jobs, with {session_id} and {job_id} in
// the places of ids: in a text one pattern stands for the links of all rows of a list.
func (l Links) JobPattern() string { return l.pattern(l.Job(anyID), "{job_id}") }

// RunPattern returns the address of the project's runs, with {session_id} and {run_id} in
// the places of ids.
func (l Links) RunPattern() string { return l.pattern(l.Run(anyID), "{run_id}") }

// anyID stands for any id while a pattern is made.
var anyID = uuid.Max

func (l Links) pattern(address, name string) string {
	return strings.NewReplacer(anyID.String(), name, l.project.String(), "{session_id}").Replace(address)
}

// Run returns the address of a run; empty where its id is not known.
func (l Links) Run(id uuid.UUID) string {
	if l.tenant == uuid.Nil || id == uuid.Nil {
		return ""
	}
	return l.endpoint.RunURL(l.tenant, l.project, id)
}

// TenantID returns the id of the project's workspace, which links contain. It is
// uuid.Nil where it cannot be found out: that costs links and never a call.
func (e *Env) TenantID(ctx context.Context, project langsmith.Project) uuid.UUID {
	if project.TenantID != uuid.Nil {
		return project.TenantID
	}
	if id := e.LangSmith.Credentials().Workspace; id != uuid.Nil {
		return id
	}
	found, err := e.projectByID(ctx, project.ID)
	if err != nil {
		return uuid.Nil
	}
	return found.TenantID
}

// projectByID returns a project from the cache, or else from LangSmith, without which
// calls can do: it gets little time.
func (e *Env) projectByID(ctx context.Context, id uuid.UUID) (langsmith.Project, error) {
	found, err := e.Projects.find(ctx, projectKey{id: id}, func(ctx context.Context) ([]langsmith.Project, error) {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		fetched, err := e.LangSmith.GetProject(ctx, id)
		if err != nil {
			return nil, err
		}
		return []langsmith.Project{*fetched}, nil
	})
	if err != nil {
		return langsmith.Project{}, err
	}
	return found[0], nil
}
