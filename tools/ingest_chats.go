package tools

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/chats"
	"langsmith-insights-mcp/tools/markdown"
)

// projectOfChats finds the project that holds a call's chats. Without an id it
// has still to be made.
func projectOfChats(ctx context.Context, env *Env, name string) (langsmith.Project, error) {
	found, err := env.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{Name: name, Limit: largestPage, Stats: true})
	if err != nil {
		return langsmith.Project{}, err
	}
	found = slices.DeleteFunc(found, func(p langsmith.Project) bool { return p.Name != name })
	switch len(found) {
	case 0:
		return langsmith.Project{Name: name}, nil
	case 1:
		return found[0], checkAge(env, found[0])
	}
	return env.chooseProject(ctx, name, found)
}

// checkAge refuses chats that a job would not find any more. Whether LangSmith
// takes a trace that it has with another time is not known.
func checkAge(env *Env, project langsmith.Project) error {
	last := project.LastRunStartTime
	if last.IsZero() || time.Now().Sub(last.Time) < chatsWindow*time.Hour-time.Hour {
		return nil
	}
	return refuse("These chats were put into %s on %s, and a job over chats reads the last %d days alone. Nothing was sent or started.\n"+
		"Give another name to put them into a project anew; or start a job over that time: %s.",
		projectLabel(project), last.UTC().Format(time.DateOnly), chatsWindow/24,
		call("create_insights_job", "session_id", project.ID, "start_time", last.UTC().Add(-24*time.Hour).Format(time.RFC3339), "end_time", last.UTC().Add(24*time.Hour).Format(time.RFC3339)))
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

// ingestChats puts chats into their project, which is made if it is new, and
// waits until LangSmith finds them there.
func ingestChats(ctx context.Context, env *Env, project langsmith.Project, all []chats.Chat) (langsmith.Project, error) {
	done, err := env.Turns.take(ctx, "chats "+project.Name)
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
	traces := chats.Traces(project.ID, all, time.Now().Add(-clockMargin))
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
		if isForCaller(err) {
			return project, err
		}
		if err != nil {
			return project, refuse("%s\n%s of %s were put into %s (session_id %s) before that. No job was started.\nThe same call goes on from there and sends nothing twice.",
				env.advise(Declaration{}, err), thousands(there), count(len(traces), "chat"), projectLabel(project), project.ID)
		}
		env.progress(there, len(traces), "putting chats into LangSmith")
	}
	return project, untilVisible(ctx, env, project, missing, len(traces))
}

// notYetThere leaves out the traces that LangSmith has already.
func notYetThere(ctx context.Context, env *Env, project uuid.UUID, traces []langsmith.NewTrace) ([]langsmith.NewTrace, error) {
	there := map[uuid.UUID]bool{}
	for batch := range slices.Chunk(traces, langsmith.MaxRunsByID) {
		if err := look(ctx, env, project, batch, there); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(traces), func(t langsmith.NewTrace) bool { return there[t.ID] }), nil
}

// look notes which traces LangSmith finds, of as many as one request may name.
func look(ctx context.Context, env *Env, project uuid.UUID, traces []langsmith.NewTrace, found map[uuid.UUID]bool) error {
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
func untilVisible(ctx context.Context, env *Env, project langsmith.Project, sent []langsmith.NewTrace, total int) error {
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
		if isForCaller(err) {
			return err
		}
		if watched = slices.DeleteFunc(watched, func(t langsmith.NewTrace) bool { return found[t.ID] }); len(watched) == 0 {
			return nil
		}
		waited := time.Since(began)
		if waited >= visibleWait {
			return refuse("%s, but LangSmith does not find all of them yet, after %s. No job was started: it would not find them either.%s\nCall again in about a minute; nothing is sent twice.",
				arrivedIn(total, project), ago(waited), because(err))
		}
		env.progress(total, total, fmt.Sprintf("waiting until LangSmith finds the chats, for %s", ago(waited)))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-env.Ending:
			return refuse("%s. This server is ending, and no job was started. Call again when it is back; nothing is sent twice.", arrivedIn(total, project))
		}
	}
}

func arrivedIn(total int, project langsmith.Project) string {
	return fmt.Sprintf("The %s in %s (session_id %s)", count(total, "chat is", "chats are"), projectLabel(project), project.ID)
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return " The last look failed: " + markdown.Line(err.Error(), longestCause)
}
