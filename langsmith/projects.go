package langsmith

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"
)

// Project is a tracing project, which the API calls a session.
type Project struct {
	ID               uuid.UUID `json:"id"`
	TenantID         uuid.UUID `json:"tenant_id"` // its workspace
	Name             string    `json:"name"`
	RunCount         *int      `json:"run_count"`
	LastRunStartTime Time      `json:"last_run_start_time"`
	ErrorRate        Number    `json:"error_rate"` // 0 to 1
}

func (p *Project) isValid() bool { return p.ID != uuid.Nil }

// ProjectsQuery narrows a list of projects. Experiments are left out.
type ProjectsQuery struct {
	Name         string // exactly
	NameContains string
	Limit        int // 1 to 100
	Offset       int
	Stats        bool // includes run counts and error rates, which LangSmith computes for each call
}

// ListProjects lists tracing projects.
func (c *Client) ListProjects(ctx context.Context, q ProjectsQuery) ([]Project, error) {
	query := pageQuery(q.Limit, q.Offset)
	query.Set("reference_free", "true")
	if q.Stats {
		query.Set("include_stats", "true")
	}
	if q.Name != "" {
		query.Set("name", q.Name)
	}
	if q.NameContains != "" {
		query.Set("name_contains", q.NameContains)
	}
	return getList[Project](ctx, c, "/sessions", query)
}

// GetProject fetches one project, without its statistics.
func (c *Client) GetProject(ctx context.Context, project uuid.UUID) (*Project, error) {
	return get[Project](ctx, c, "/sessions/"+project.String(), url.Values{"include_stats": {"false"}})
}

// CreateProject creates a project, or returns the existing one of the name.
func (c *Client) CreateProject(ctx context.Context, name string) (*Project, error) {
	return send[Project](ctx, c, operation{
		method: http.MethodPost, path: "/sessions", query: url.Values{"upsert": {"true"}},
		body: map[string]string{"name": name}, repeatable: true,
	})
}

// Workspace is a tenant that the credentials have access to.
type Workspace struct {
	ID          uuid.UUID `json:"id"`
	DisplayName string    `json:"display_name"`
}

// ListWorkspaces lists the workspaces that the credentials have access to.
func (c *Client) ListWorkspaces(ctx context.Context) ([]Workspace, error) {
	return getList[Workspace](ctx, c, "/workspaces", nil)
}

// ListSecretNames lists the names of the workspace's model secrets, such as
// OPENAI_API_KEY, without their values.
func (c *Client) ListSecretNames(ctx context.Context) ([]string, error) {
	secrets, err := getList[struct {
		Key string `json:"key"`
	}](ctx, c, "/workspaces/current/secrets", nil)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		names = append(names, secret.Key)
	}
	return names, nil
}
