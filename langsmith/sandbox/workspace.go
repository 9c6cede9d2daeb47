package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/samples"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// maxWorkspaces bounds the memory that callers can use by naming workspaces.
const maxWorkspaces = 1024

// workspace is one tenant's data.
type workspace struct {
	id       uuid.UUID
	seed     string
	idsMade  map[string]int
	projects []*project
	runs     map[uuid.UUID]*storedRun
	datasets []*dataset
	queues   []*queue
}

// project is a tracing project, called a session in the API.
type project struct {
	id          uuid.UUID
	name        string
	description *string
	started     time.Time
	ended       *time.Time
	extra       map[string]any
	dataset     *uuid.UUID // the reference dataset, set for an experiment
	defaultSet  *uuid.UUID
	tier        *string
	agent       string // the id of the agent, set for an agent's project
	environment string // such as PRODUCTION
	runs        []*storedRun
	jobs        []*job    // oldest first
	configs     []*config // oldest first
}

// storedRun is a run in a workspace.
type storedRun struct {
	*trace.Run
	visible  time.Time // when queries begin to return it
	extended bool      // its trace has extended retention
}

// workspace returns a workspace, and creates it with its sample projects if it is new.
// LangSmith refuses workspaces that the credential has no access to; here every UUID is a
// workspace, up to maxWorkspaces.
func (s *Sandbox) workspace(id uuid.UUID) (*workspace, error) {
	if ws := s.workspaces[id]; ws != nil {
		return ws, nil
	}
	if len(s.workspaces) == maxWorkspaces {
		return nil, refuse(http.StatusForbidden, "Forbidden")
	}
	ws := &workspace{
		id:      id,
		seed:    s.opts.Seed,
		idsMade: make(map[string]int),
		runs:    make(map[uuid.UUID]*storedRun),
	}
	if !s.opts.Empty {
		if s.samples == nil {
			s.samples = samples.Projects(s.began)
		}
		ws.addSamples(s.samples, s.began)
	}
	s.workspaces[id] = ws
	s.order = append(s.order, ws)
	return ws, nil
}

// newID returns the next id of a kind. The same calls give the same ids.
func (ws *workspace) newID(kind string) uuid.UUID {
	ws.idsMade[kind]++
	return uuid.NewSHA1(ws.id, fmt.Appendf(nil, "%s/%s/%d", ws.seed, kind, ws.idsMade[kind]))
}

func (ws *workspace) project(id uuid.UUID) (*project, error) {
	for _, p := range ws.projects {
		if p.id == id {
			return p, nil
		}
	}
	return nil, notFound("Session")
}

func (ws *workspace) projectNamed(name string) *project {
	for _, p := range ws.projects {
		if p.name == name {
			return p
		}
	}
	return nil
}

// addRuns adds runs to a project, whose runs are sorted by their start.
func (ws *workspace) addRuns(p *project, visible time.Time, runs ...*trace.Run) {
	for _, r := range runs {
		r.SessionID = p.id
		held := &storedRun{Run: r, visible: visible}
		ws.runs[r.ID] = held
		p.runs = append(p.runs, held)
	}
	slices.SortStableFunc(p.runs, func(a, b *storedRun) int { return trace.Compare(a.Run, b.Run) })
}

// visibleRuns lists the visible runs of a project, oldest first.
func (p *project) visibleRuns(now time.Time) []*trace.Run {
	runs := make([]*trace.Run, 0, len(p.runs))
	for _, r := range p.runs {
		if !r.visible.After(now) {
			runs = append(runs, r.Run)
		}
	}
	return runs
}

type tenantView struct {
	ID          uuid.UUID `json:"id"`
	CreatedAt   timestamp `json:"created_at"`
	DisplayName string    `json:"display_name"`
	IsPersonal  bool      `json:"is_personal"`
	IsDeleted   bool      `json:"is_deleted"`
	Handle      *string   `json:"tenant_handle"`
}

// listWorkspaces lists the default workspace and those that requests have named.
func listWorkspaces(c *call) (any, error) {
	c.queryBool("include_deleted")
	c.queryBool("skip_create")
	if err := c.err(); err != nil {
		return nil, err
	}
	views := []tenantView{c.s.tenant(DefaultWorkspace())}
	for _, ws := range c.s.order {
		if ws.id != DefaultWorkspace() {
			views = append(views, c.s.tenant(ws.id))
		}
	}
	return views, nil
}

func (s *Sandbox) tenant(id uuid.UUID) tenantView {
	name := "Sandbox"
	if id != DefaultWorkspace() {
		name = "Sandbox " + id.String()[:8]
	}
	return tenantView{ID: id, CreatedAt: timestamp(s.began), DisplayName: name, IsPersonal: id == DefaultWorkspace()}
}

// listSecrets lists the names of the workspace's model secrets.
func listSecrets(c *call) (any, error) {
	secrets := make([]map[string]string, 0, len(c.s.opts.Secrets))
	for _, key := range c.s.opts.Secrets {
		secrets = append(secrets, map[string]string{"key": key})
	}
	return secrets, nil
}
