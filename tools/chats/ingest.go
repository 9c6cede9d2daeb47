package chats

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Window is how far back a job over chats looks, in hours: as far as
// LangSmith does without being asked. The project holds nothing but the chats.
const Window = 7 * 24

// FindProject finds the project that holds a call's chats. Without an id it
// has still to be made.
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

// checkAge refuses chats that a job would not find any more. Whether LangSmith
// takes a trace that it has with another time is not known.
func checkAge(project langsmith.Project) error {
	last := project.LastRunStartTime
	if last.IsZero() || time.Since(last.Time) < Window*time.Hour-time.Hour {
		return nil
	}
	return tool.Refuse("These chats were put into %s on %s, and a job over chats reads the last %d days alone. Nothing was sent or started.\n"+
		"Give another name to put them into a project anew; or start a job over that time: %s.",
		tool.ProjectLabel(project), last.UTC().Format(time.DateOnly), Window/24,
		wording.Call("create_insights_job", "session_id", project.ID, "start_time", last.UTC().Add(-24*time.Hour).Format(time.RFC3339), "end_time", last.UTC().Add(24*time.Hour).Format(time.RFC3339)))
}

// The waiting for fresh traces, of which a job would otherwise find none. It
// takes LangSmith some ten seconds until they can be queried.
const (
	visiblePoll = 2 * time.Second
	visibleWait = 30 * time.Second
)

// clockMargin keeps traces from being in LangSmith's future, and so out of a
// job's window, where this machine's clock is ahead.
const clockMargin = time.Minute

// Ingest puts chats into their project, which is made if it is new, and
// waits until LangSmith finds them there.
func Ingest(ctx context.Context, env *tool.Env, project langsmith.Project, all []Chat) (langsmith.Project, error) {
	done, err := env.Locks.Lock(ctx, "chats "+project.Name)
	if err != nil {
		return project, err
	}
	defer done()
	isNew := project.ID == uuid.Nil
	if isNew {
		made, err := env.LangSmith.CreateProject(ctx, project.Name)
		if err != nil {
			return project, err
		}
		project = *made
	}
	traces := Traces(project.ID, all, time.Now().Add(-clockMargin))
	missing := traces
	if !isNew {
		if missing, err = notYetThere(ctx, env, project.ID, traces); err != nil {
			return project, err
		}
	}
	there := len(traces) - len(missing)
	for batch := range slices.Chunk(missing, langsmith.MaxBatchRuns) {
		arrived, err := env.LangSmith.IngestTraces(ctx, batch)
		there += arrived
		if tool.IsInterruption(err) {
			return project, err
		}
		if err != nil {
			return project, tool.Refuse("%s\n%s of %s were put into %s (session_id %s) before that. No job was started.\nThe same call goes on from there and sends nothing twice.",
				env.Explain(tool.Declaration{}, err), wording.Thousands(there), wording.Count(len(traces), "chat"), tool.ProjectLabel(project), project.ID)
		}
		env.ReportProgress(there, len(traces), "putting chats into LangSmith")
	}
	return project, untilVisible(ctx, env, project, missing, len(traces))
}

// notYetThere leaves out the traces that LangSmith has already.
func notYetThere(ctx context.Context, env *tool.Env, project uuid.UUID, traces []langsmith.NewTrace) ([]langsmith.NewTrace, error) {
	there := map[uuid.UUID]bool{}
	for batch := range slices.Chunk(traces, langsmith.MaxRunsByID) {
		if err := look(ctx, env, project, batch, there); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(traces), func(t langsmith.NewTrace) bool { return there[t.ID] }), nil
}

// look notes which traces LangSmith finds, of as many as one request may name.
func look(ctx context.Context, env *tool.Env, project uuid.UUID, traces []langsmith.NewTrace, found map[uuid.UUID]bool) error {
	ids := make([]uuid.UUID, len(traces))
	for i, trace := range traces {
		ids[i] = trace.ID
	}
	runs, err := env.LangSmith.RunsByID(ctx, project, ids)
	for i := range runs {
		found[runs[i].ID] = true
	}
	return err
}

// untilVisible waits until LangSmith finds the traces that were sent, going by
// some of them from first to last.
func untilVisible(ctx context.Context, env *tool.Env, project langsmith.Project, sent []langsmith.NewTrace, total int) error {
	if len(sent) == 0 {
		return nil
	}
	var watched []langsmith.NewTrace
	step := (len(sent) + langsmith.MaxRunsByID - 1) / langsmith.MaxRunsByID
	for i := len(sent) - 1; i >= 0; i -= step {
		watched = append(watched, sent[i])
	}
	found := map[uuid.UUID]bool{}
	began := time.Now()
	tick := time.NewTicker(visiblePoll)
	defer tick.Stop()
	for {
		err := look(ctx, env, project.ID, watched, found)
		if tool.IsInterruption(err) {
			return err
		}
		if watched = slices.DeleteFunc(watched, func(t langsmith.NewTrace) bool { return found[t.ID] }); len(watched) == 0 {
			return nil
		}
		waited := time.Since(began)
		if waited >= visibleWait {
			return tool.Refuse("%s, but LangSmith does not find all of them yet, after %s. No job was started: it would not find them either.%s\nCall again in about a minute; nothing is sent twice.",
				arrivedIn(total, project), wording.Duration(waited), because(err))
		}
		env.ReportProgress(total, total, fmt.Sprintf("waiting until LangSmith finds the chats, for %s", wording.Duration(waited)))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-env.Ending:
			return tool.Refuse("%s. This server is ending, and no job was started. Call again when it is back; nothing is sent twice.", arrivedIn(total, project))
		}
	}
}

func arrivedIn(total int, project langsmith.Project) string {
	return fmt.Sprintf("The %s in %s (session_id %s)", wording.Count(total, "chat is", "chats are"), tool.ProjectLabel(project), project.ID)
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return " The last look failed: " + markdown.Line(err.Error(), advice.MaxCause)
}
