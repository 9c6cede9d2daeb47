package tool

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/wording"
)

// idKind is what an id may be the id of.
type idKind string

const (
	aProject idKind = "a project"
	aJob     idKind = "an Insights job"
	aRun     idKind = "a run"
)

// explainWrongKind returns a refusal of a call that LangSmith answered with "not
// found" because an argument has the id of something else, such as a job's where a
// project's belongs. It returns nil where that is not so, or cannot be found out.
func (e *Env) explainWrongKind(ctx context.Context, arguments json.RawMessage) error {
	var named struct {
		SessionID string `json:"session_id"`
		Project   string `json:"project"`
		JobID     string `json:"job_id"`
		RunID     string `json:"run_id"`
	}
	if json.Unmarshal(arguments, &named) != nil {
		return nil
	}
	unasked := *e
	unasked.Ask = nil // who chose among projects of one name is not asked again
	project, err := unasked.FindProject(ctx, ProjectArgs{SessionID: parsed(named.SessionID), Project: named.Project})
	if err != nil { // none is named, which get_run allows
		project = langsmith.Project{}
	}
	argument := "session_id"
	if named.SessionID == "" {
		argument = "project"
	}
	if project.ID != uuid.Nil && project.Name == "" {
		if _, err := e.projectByID(ctx, project.ID); IsNotFound(err) {
			return e.explainNoProject(ctx, argument, project.ID)
		}
	}
	for _, given := range []struct {
		argument string
		id       uuid.UUID
		want     idKind
	}{{"job_id", parsed(named.JobID), aJob}, {"run_id", parsed(named.RunID), aRun}} {
		switch {
		case given.id == uuid.Nil:
		case given.id == project.ID || e.isProject(ctx, given.id):
			return wrongKind(given.argument, given.id, given.want, aProject, wording.Call("list_insights_jobs", "session_id", given.id)+" lists its reports.")
		case given.want == aJob && e.isRun(ctx, project.ID, given.id):
			return wrongKind(given.argument, given.id, given.want, aRun, wording.Call("get_run", "run_id", given.id, "session_id", project.ID)+" reads it; list_insights_jobs lists the jobs.")
		case given.want == aRun && e.isJob(ctx, project.ID, given.id):
			return wrongKind(given.argument, given.id, given.want, aJob, wording.Call("get_insights_job", "job_id", given.id, "session_id", project.ID)+" reads its report.")
		}
	}
	return nil
}

// explainNoProject says of an id that is no project's whether it is that of a job or
// a run of the projects that the caller knows.
func (e *Env) explainNoProject(ctx context.Context, argument string, id uuid.UUID) error {
	for _, known := range e.Projects.some() {
		where := "It is in " + ProjectLabel(known) + ", session_id " + known.ID.String() + "."
		if e.isJob(ctx, known.ID, id) {
			return wrongKind(argument, id, aProject, aJob, where)
		}
		if e.isRun(ctx, known.ID, id) {
			return wrongKind(argument, id, aProject, aRun, where)
		}
	}
	return nil
}

func wrongKind(argument string, id uuid.UUID, want, is idKind, next string) error {
	return RefuseMissing("%s %s is the id of %s, not of %s. %s", argument, id, is, want, next)
}

// parsed is uuid.Nil for a text that is no UUID.
func parsed(text string) uuid.UUID {
	id, _ := ParseUUID(text)
	return id
}

// isProject, isJob and isRun ask LangSmith. They are false where it does not say.
func (e *Env) isProject(ctx context.Context, id uuid.UUID) bool {
	_, err := e.projectByID(ctx, id)
	return err == nil
}

func (e *Env) isJob(ctx context.Context, project, id uuid.UUID) bool {
	if project == uuid.Nil {
		return false
	}
	_, err := e.LangSmith.GetJob(ctx, project, id)
	return err == nil
}

func (e *Env) isRun(ctx context.Context, project, id uuid.UUID) bool {
	if project == uuid.Nil {
		return false
	}
	found, err := e.LangSmith.ListRunsByID(ctx, project, []uuid.UUID{id})
	return err == nil && len(found) == 1
}
