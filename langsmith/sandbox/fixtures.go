package sandbox

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// Project is a tracing project to add to a sandbox.
type Project struct {
	ID               uuid.UUID // generated if zero
	Workspace        uuid.UUID // DefaultWorkspace if zero
	Name             string
	Description      string
	StartTime        time.Time  // now if zero
	ReferenceDataset *uuid.UUID // set for an experiment
	Agent            string     // the id of the agent, set for an agent's project
	Environment      string     // of the agent, such as PRODUCTION
	Runs             []trace.Run
}

// AddProject adds a project and returns its id.
func (s *Sandbox) AddProject(p Project) uuid.UUID {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.fixtureWorkspace(p.Workspace)
	held := &project{id: p.ID, name: p.Name, started: p.StartTime, dataset: p.ReferenceDataset, agent: p.Agent, environment: p.Environment}
	if held.id == uuid.Nil {
		held.id = ws.newID("session")
	}
	if held.started.IsZero() {
		held.started = now
	}
	if p.Description != "" {
		held.description = &p.Description
	}
	ws.projects = append(ws.projects, held)
	ws.addFixtureRuns(held, p.Runs, now)
	return held.id
}

// AddRuns adds runs to a project of any workspace and returns their ids. It sets the id,
// the trace, the name and the time of a run that has none. It panics if there is no such
// project.
func (s *Sandbox) AddRuns(session uuid.UUID, runs ...trace.Run) []uuid.UUID {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	ws, p := s.fixtureProject(session)
	return ws.addFixtureRuns(p, runs, now)
}

// AddJob adds a job to a project of any workspace and returns its id. It panics if there
// is no such project.
func (s *Sandbox) AddJob(session uuid.UUID, fixture Job) uuid.UUID {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	ws, p := s.fixtureProject(session)
	j := &job{Job: fixture}
	if j.ID == uuid.Nil {
		j.ID = ws.newID("job")
	}
	if j.Status == "" {
		j.Status = statusSuccess
	}
	if j.CreatedAt.IsZero() {
		j.CreatedAt = now
	}
	p.jobs = append(p.jobs, j)
	return j.ID
}

// fixtureWorkspace finds or creates a workspace.
func (s *Sandbox) fixtureWorkspace(id uuid.UUID) *workspace {
	if id == uuid.Nil {
		id = DefaultWorkspace()
	}
	ws, err := s.workspace(id)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return ws
}

func (s *Sandbox) fixtureProject(session uuid.UUID) (*workspace, *project) {
	s.fixtureWorkspace(uuid.Nil)
	for _, ws := range s.order {
		if p, err := ws.project(session); err == nil {
			return ws, p
		}
	}
	panic("sandbox: no project " + session.String())
}

func (ws *workspace) addFixtureRuns(p *project, runs []trace.Run, now time.Time) []uuid.UUID {
	ids := make([]uuid.UUID, len(runs))
	for i, r := range runs {
		if r.ID == uuid.Nil {
			r.ID = ws.newID("run")
		}
		if r.TraceID == uuid.Nil {
			r.TraceID = r.ID
		}
		if r.Name == "" {
			r.Name = "trace"
		}
		if r.Type == "" {
			r.Type = trace.Chain
		}
		if r.Start.IsZero() {
			r.Start = now
		}
		if r.Status == "" {
			r.Status = trace.Success
			if r.Error != "" {
				r.Status = trace.Failed
			}
		}
		ids[i] = r.ID
		ws.addRuns(p, now, &r)
	}
	return ids
}

// StartedJob is a job of a project, for tests that check invariants.
type StartedJob struct {
	ID        uuid.UUID
	Status    string
	CreatedAt time.Time
	// Request is the body that started the job; nil for a job of AddJob.
	Request json.RawMessage
}

// Jobs lists the jobs of a project, oldest first; none if there is no such project. The
// zero workspace is DefaultWorkspace. It first processes the late requests that are due.
func (s *Sandbox) Jobs(workspace, session uuid.UUID) []StartedJob {
	now := s.now()
	s.processDue(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.fixtureWorkspace(workspace).project(session)
	if err != nil {
		return nil
	}
	list := make([]StartedJob, len(p.jobs))
	for i, j := range p.jobs {
		list[i] = StartedJob{
			ID:        j.ID,
			Status:    j.status(now),
			CreatedAt: j.CreatedAt,
			Request:   bytes.Clone(j.request),
		}
	}
	return list
}
