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

// maxWorkspaces bounds what a caller can make the sandbox hold by naming ever
// new workspaces.
const maxWorkspaces = 1024

// workspace is one tenant's share of LangSmith. Nothing in it is visible to another.
type workspace struct {
	id       uuid.UUID
	seed     string
	created  time.Time
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
	dataset     *uuid.UUID // set on experiments: the dataset they ran over
	defaultSet  *uuid.UUID
	tier        *string
	agent       string // set on an agent's project: its id
	environment string // such as PRODUCTION
	runs        []*storedRun
	jobs        []*job    // oldest first
	configs     []*config // oldest first
}

// storedRun is a run and what the workspace did with it.
type storedRun struct {
	*trace.Run
	visible  time.Time // when it can be found
	extended bool      // its trace is kept at extended retention
}

// workspace finds a workspace, which is made with its sample projects when it is
// first named.
//
// Unknown: LangSmith refuses workspaces that the credential has no part in. Here
// every UUID is one, up to a bound.
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
		created: s.began,
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

// newID makes the next id of a kind: the same one for the same calls.
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

// addRuns takes runs into a project, in the order of their start.
func (ws *workspace) addRuns(p *project, visible time.Time, runs ...*trace.Run) {
	for _, r := range runs {
		r.SessionID = p.id
		held := &storedRun{Run: r, visible: visible}
		ws.runs[r.ID] = held
		p.runs = append(p.runs, held)
	}
	slices.SortStableFunc(p.runs, func(a, b *storedRun) int { return trace.Compare(a.Run, b.Run) })
}

// visibleRuns lists the runs of a project that can be found by now, oldest first.
func (p *project) visibleRuns(now time.Time) []*trace.Run {
	runs := make([]*trace.Run, 0, len(p.runs))
	for _, r := range p.runs {
		if !r.visible.After(now) {
			runs = append(runs, r.Run)
		}
	}
	return runs
}
