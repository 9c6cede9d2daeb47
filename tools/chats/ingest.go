package chats

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Window is how far back a job over chats reads, in hours. It is LangSmith's default.
const Window = 7 * 24

// FindProject returns the project of a call's chats, without an id if it does not exist.
func FindProject(ctx context.Context, env *tool.Env, name string) (langsmith.Project, error) {
	found, err := env.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{Name: name, Limit: tool.MaxPage, Stats: true})
	if err != nil {
		return langsmith.Project{}, err
	}
	found = slices.DeleteFunc(found, func(p langsmith.Project) bool { return p.Name != name })
	switch len(found) {
	case 0:
		return langsmith.Project{Name: name}, nil
	case 1:
		return found[0], checkAge(found[0])
	}
	return env.ChooseProject(ctx, name, found)
}

// checkAge refuses chats that were sent before the window of a job. Whether LangSmith
// accepts a trace again with another time is not documented.
func checkAge(project langsmith.Project) error {
	last := project.LastRunStartTime
	if last.IsZero() || time.Since(last.Time) < Window*time.Hour-time.Hour {
		return nil
	}
	return tool.Refuse("These chats were sent to %s on %s, and a job over chats reads only the last %d days. Nothing was sent or started.\n"+
		"Set another name to send them to a new project, or start a job over that time: %s.",
		tool.ProjectLabel(project), last.UTC().Format(time.DateOnly), Window/24,
		wording.Call("create_insights_job", "session_id", project.ID, "start_time", last.UTC().Add(-24*time.Hour).Format(time.RFC3339), "end_time", last.UTC().Add(24*time.Hour).Format(time.RFC3339)))
}

// The wait until new traces can be queried, so that a job finds them. It takes LangSmith
// about ten seconds.
const (
	visiblePoll = 2 * time.Second
	visibleWait = 30 * time.Second
)

// clockMargin keeps the traces within the job's window if this machine's clock is ahead of
// LangSmith's.
const clockMargin = time.Minute

// Ingest sends chats to their project, which it creates if it does not exist, and waits
// until they can be queried.
func Ingest(ctx context.Context, env *tool.Env, project langsmith.Project, all []Chat) (langsmith.Project, error) {
	unlock, err := env.Locks.Lock(ctx, "chats "+project.Name)
	if err != nil {
		return project, err
	}
	defer unlock()
	isNew := project.ID == uuid.Nil
	if isNew {
		created, err := env.LangSmith.CreateProject(ctx, project.Name)
		if err != nil {
			return project, err
		}
		project = *created
	}
	traces := Traces(project.ID, all, time.Now().Add(-clockMargin))
	missing := traces
	if !isNew {
		if missing, err = findMissing(ctx, env, project.ID, traces); err != nil {
			return project, err
		}
	}
	arrived := len(traces) - len(missing)
	for batch := range slices.Chunk(missing, langsmith.MaxBatchRuns) {
		accepted, err := env.LangSmith.IngestTraces(ctx, batch)
		arrived += accepted
		if tool.IsInterruption(err) {
			return project, err
		}
		if err != nil {
			return project, tool.Refuse("%s\n%s of %s were sent to %s (session_id %s) before that. No job was started.\nRepeat the same call to continue; it sends nothing twice.",
				env.Explain(tool.Declaration{}, err), wording.Thousands(arrived), wording.Count(len(traces), "chat"), tool.ProjectLabel(project), project.ID)
		}
		env.ReportProgress(arrived, len(traces), "sending chats to LangSmith")
	}
	return project, waitUntilVisible(ctx, env, project, missing, len(traces))
}

// findMissing returns the traces that LangSmith does not have.
func findMissing(ctx context.Context, env *tool.Env, project uuid.UUID, traces []langsmith.NewTrace) ([]langsmith.NewTrace, error) {
	found := map[uuid.UUID]bool{}
	for batch := range slices.Chunk(traces, langsmith.MaxRunsByID) {
		if err := queryTraces(ctx, env, project, batch, found); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(traces), func(t langsmith.NewTrace) bool { return found[t.ID] }), nil
}

// queryTraces adds to found the traces that LangSmith has, of at most
// langsmith.MaxRunsByID.
func queryTraces(ctx context.Context, env *tool.Env, project uuid.UUID, traces []langsmith.NewTrace, found map[uuid.UUID]bool) error {
	ids := make([]uuid.UUID, len(traces))
	for i, trace := range traces {
		ids[i] = trace.ID
	}
	runs, err := env.LangSmith.ListRunsByID(ctx, project, ids)
	for i := range runs {
		found[runs[i].ID] = true
	}
	return err
}

// waitUntilVisible waits until LangSmith finds the sent traces. It queries an evenly
// distributed sample of them.
func waitUntilVisible(ctx context.Context, env *tool.Env, project langsmith.Project, sent []langsmith.NewTrace, total int) error {
	if len(sent) == 0 {
		return nil
	}
	var queried []langsmith.NewTrace
	step := (len(sent) + langsmith.MaxRunsByID - 1) / langsmith.MaxRunsByID
	for i := len(sent) - 1; i >= 0; i -= step {
		queried = append(queried, sent[i])
	}
	found := map[uuid.UUID]bool{}
	began := time.Now()
	tick := time.NewTicker(visiblePoll)
	defer tick.Stop()
	for {
		err := queryTraces(ctx, env, project.ID, queried, found)
		if tool.IsInterruption(err) {
			return err
		}
		if queried = slices.DeleteFunc(queried, func(t langsmith.NewTrace) bool { return found[t.ID] }); len(queried) == 0 {
			return nil
		}
		waited := time.Since(began)
		if waited >= visibleWait {
			return tool.Refuse("%s, but LangSmith does not find all of them after %s. No job was started, since it would not find them either.%s\nCall again in about a minute; nothing is sent twice.",
				describeSent(total, project), wording.Duration(waited), describeQueryError(env, err))
		}
		env.ReportProgress(total, total, fmt.Sprintf("waiting until LangSmith finds the chats, for %s", wording.Duration(waited)))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-env.Ending:
			return tool.Refuse("%s. This server is shutting down, and no job was started. Call again when it is back; nothing is sent twice.", describeSent(total, project))
		}
	}
}

func describeSent(total int, project langsmith.Project) string {
	return fmt.Sprintf("The %s in %s (session_id %s)", wording.Count(total, "chat is", "chats are"), tool.ProjectLabel(project), project.ID)
}

func describeQueryError(env *tool.Env, err error) string {
	if err == nil {
		return ""
	}
	return " The last query failed: " + env.Audience.Cause(err) + "."
}
