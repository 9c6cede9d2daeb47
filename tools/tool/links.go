package tool

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Links builds URLs of LangSmith's web interface for one project. Without a known
// workspace every URL is empty, and so absent from results.
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

// Job returns the URL of an Insights job.
func (l Links) Job(id uuid.UUID) string {
	if l.tenant == uuid.Nil {
		return ""
	}
	return l.endpoint.JobURL(l.tenant, l.project, id)
}

// ReportResource is the URI template of a report's resource.
const ReportResource = "insights://projects/{session_id}/jobs/{job_id}"

// JobPattern returns the URL of the project's jobs, with {session_id} and {job_id} for the
// ids: in a text one pattern replaces the links of all rows of a list.
func (l Links) JobPattern() string { return l.pattern(l.Job(anyID), "{job_id}") }

// RunPattern returns the URL of the project's runs, with {session_id} and {run_id} for the
// ids.
func (l Links) RunPattern() string { return l.pattern(l.Run(anyID), "{run_id}") }

// anyID is the id that a pattern's placeholder replaces.
var anyID = uuid.Max

func (l Links) pattern(address, name string) string {
	return strings.NewReplacer(anyID.String(), name, l.project.String(), "{session_id}").Replace(address)
}

// Run returns the URL of a run, empty if its id is unknown.
func (l Links) Run(id uuid.UUID) string {
	if l.tenant == uuid.Nil || id == uuid.Nil {
		return ""
	}
	return l.endpoint.RunURL(l.tenant, l.project, id)
}

// TenantID returns the id of the project's workspace, which links contain. It returns
// uuid.Nil if the id is unknown: results then have no links, and no call fails.
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

// projectByID returns a project from the cache, or else from LangSmith. Calls do not depend
// on it, so its timeout is short.
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
