package tool

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/wording"
)

// idKind is the kind of thing that an id may have.
type idKind string

const (
	aProject idKind = "a project"
	aJob     idKind = "an Insights job"
	aRun     idKind = "a run"
)

// explainWrongKind returns a refusal of a call for which LangSmith returned "not found"
// because an argument has the id of something else, such as a job's instead of a project's.
// It returns nil if no id is known to be of another kind.
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
	withoutAsk := *e
	withoutAsk.Ask = nil // a person who chose among projects with one name is not asked again
	project, err := withoutAsk.FindProject(ctx, ProjectArgs{SessionID: parseOrNil(named.SessionID), Project: named.Project})
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
	}{{"job_id", parseOrNil(named.JobID), aJob}, {"run_id", parseOrNil(named.RunID), aRun}} {
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

// explainNoProject refuses an id of a job or a run of the caller's cached projects in place
// of a project's. It returns nil for other ids.
func (e *Env) explainNoProject(ctx context.Context, argument string, id uuid.UUID) error {
	for _, known := range e.Projects.sample() {
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

// parseOrNil returns uuid.Nil for a text that is not a UUID.
func parseOrNil(text string) uuid.UUID {
	id, _ := ParseUUID(text)
	return id
}

// isProject, isJob and isRun read from LangSmith. They return false if the read fails.
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
