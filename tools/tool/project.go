package tool

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// ProjectLabel names a project as well as the call knows it.
func ProjectLabel(project langsmith.Project) string {
	if project.Name == "" {
		return "project " + project.ID.String()
	}
	return "project " + markdown.Quote(project.Name, 100)
}

// ProjectArgs are how every tool about a project is told which one.
type ProjectArgs struct {
	SessionID uuid.UUID `json:"session_id,omitzero" jsonschema_description:"The tracing project's id (UUID). Give this or project."`
	Project   string    `json:"project,omitempty" jsonschema_description:"Its exact name."`
}

// requireProject marks the arguments of tools that need a project.
func (ProjectArgs) requireProject() {}

func missingProject() langsmith.FieldError {
	return langsmith.FieldError{Field: "project", Problem: "is required: give session_id (a UUID) or project (a name); list_projects lists both"}
}

// projectCacheTime is how long a project's name, id and workspace are believed.
// They hardly ever change; a renamed project is found anew after it.
const projectCacheTime = 5 * time.Minute

// mostCachedProjects bounds a caller's cache; beyond it the cache starts anew.
const mostCachedProjects = 1000

// ProjectCache remembers one caller's projects by id and name.
type ProjectCache struct {
	mu     sync.Mutex
	byID   map[uuid.UUID]cachedProject
	byName map[string]cachedProject
	asking singleflight.Group
}

type cachedProject struct {
	project langsmith.Project
	until   time.Time
}

// NewProjectCache returns an empty cache.
func NewProjectCache() *ProjectCache {
	c := &ProjectCache{}
	c.reset()
	return c
}

func (c *ProjectCache) reset() {
	c.byID, c.byName = map[uuid.UUID]cachedProject{}, map[string]cachedProject{}
}

// Put remembers a project by its id, and by the name that it was asked for: only
// who asked for a name knows that no other project has the same.
func (c *ProjectCache) Put(project langsmith.Project, askedFor string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byID) >= mostCachedProjects {
		c.reset()
	}
	entry := cachedProject{project, now.Add(projectCacheTime)}
	c.byID[project.ID] = entry
	if askedFor != "" {
		c.byName[askedFor] = entry
	}
}

func (c *ProjectCache) get(id uuid.UUID, name string, now time.Time) (langsmith.Project, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.byID[id]
	if name != "" {
		entry, ok = c.byName[name]
	}
	return entry.project, ok && now.Before(entry.until)
}

// lookUp returns the projects with an id, or with a name, from the cache or by
// asking LangSmith: once for what many calls want to know at the same moment,
// such as a thousand that wait for one job. The answer belongs to all of them,
// so that the first of them may leave.
func (e *Env) lookUp(ctx context.Context, id uuid.UUID, name string, ask func(context.Context) ([]langsmith.Project, error)) ([]langsmith.Project, error) {
	cached := func() []langsmith.Project {
		if project, ok := e.Projects.get(id, name, time.Now()); ok {
			return []langsmith.Project{project}
		}
		return nil
	}
	if found := cached(); found != nil {
		return found, nil
	}
	answer := e.Projects.asking.DoChan(id.String()+name, func() (any, error) {
		if found := cached(); found != nil {
			return found, nil // a call that came just before has found it
		}
		found, err := ask(context.WithoutCancel(ctx))
		if err == nil && len(found) == 1 {
			e.Projects.Put(found[0], name, time.Now())
		}
		return found, err
	})
	select {
	case got := <-answer:
		found, _ := got.Val.([]langsmith.Project)
		return found, got.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// FindProject finds the project that a call names. Given only an id it asks
// LangSmith nothing: whoever uses the id learns soon enough whether it exists.
func (e *Env) FindProject(ctx context.Context, args ProjectArgs) (langsmith.Project, error) {
	name := args.Project
	if name == "" && args.SessionID == uuid.Nil {
		if name = e.DefaultProject; name == "" {
			return langsmith.Project{}, newArgumentError([]langsmith.FieldError{missingProject()})
		}
	}
	if name == "" {
		return langsmith.Project{ID: args.SessionID}, nil
	}
	project, err := e.projectByName(ctx, name)
	if err != nil {
		return langsmith.Project{}, err
	}
	if args.SessionID != uuid.Nil && args.SessionID != project.ID {
		problem := fmt.Sprintf("is %s, but project %s has the id %s; give one of the two", args.SessionID, markdown.Quote(name, 100), project.ID)
		return langsmith.Project{}, &ArgumentError{Problems: []langsmith.FieldError{{Field: "session_id", Problem: problem}}, Asked: true}
	}
	return project, nil
}

func (e *Env) projectByName(ctx context.Context, name string) (langsmith.Project, error) {
	found, err := e.lookUp(ctx, uuid.Nil, name, func(ctx context.Context) ([]langsmith.Project, error) {
		found, err := e.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{Name: name, Limit: 100})
		// LangSmith filters by the exact name; a proxy or a stand-in may not.
		return slices.DeleteFunc(found, func(p langsmith.Project) bool { return p.Name != name }), err
	})
	if err != nil {
		return langsmith.Project{}, err
	}
	switch len(found) {
	case 0:
		return langsmith.Project{}, e.noSuchProject(ctx, name)
	case 1:
		return found[0], nil
	}
	return e.ChooseProject(ctx, name, found)
}

// ChooseProject lets a person choose among projects of one name, or lists them.
func (e *Env) ChooseProject(ctx context.Context, name string, found []langsmith.Project) (langsmith.Project, error) {
	question := &Question{ID: "project " + name, Text: fmt.Sprintf("%d projects are called %s. Which one?", len(found), markdown.Quote(name, 100))}
	var lines strings.Builder
	for _, project := range found {
		described := project.ID.String()
		if project.RunCount != nil {
			described += fmt.Sprintf(", %d runs", *project.RunCount)
		}
		if !project.LastRunStartTime.IsZero() {
			described += ", last run " + project.LastRunStartTime.Format(time.DateTime) + " UTC"
		}
		question.Choices = append(question.Choices, Choice{Value: project.ID.String(), Title: described})
		lines.WriteString("\n- session_id " + described)
	}
	answer, err := e.AskPerson(ctx, question)
	if err == nil && answer.Accepted {
		for _, project := range found {
			if project.ID.String() == answer.Value {
				return project, nil
			}
		}
	}
	if IsInterruption(err) {
		return langsmith.Project{}, err
	}
	return langsmith.Project{}, Refuse("%d projects are called %s. Call again with the session_id of one:%s", len(found), markdown.Quote(name, 100), lines.String())
}

const NearestShown = 5

func (e *Env) noSuchProject(ctx context.Context, name string) error {
	workspace := "the key's own workspace"
	if id := e.LangSmith.Credentials().Workspace; id != uuid.Nil {
		workspace = "workspace " + id.String()
	}
	all, err := e.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{Limit: 100})
	if err != nil {
		return fmt.Errorf("list the projects nearest to a missing one: %w", err)
	}
	if len(all) == 0 {
		return Refuse("There is no project called %s: %s at %s holds no project at all. Another workspace is chosen with LANGSMITH_WORKSPACE_ID, another region with LANGSMITH_ENDPOINT.",
			markdown.Quote(name, 100), workspace, e.LangSmith.Endpoint())
	}
	var b strings.Builder
	for _, project := range nearest(name, all) {
		fmt.Fprintf(&b, "\n- %s, session_id %s", markdown.Quote(project.Name, 100), project.ID)
	}
	return Refuse("There is no project called %s in %s at %s. Names are matched exactly. The nearest are:%s\nlist_projects lists all of them.",
		markdown.Quote(name, 100), workspace, e.LangSmith.Endpoint(), b.String())
}

// nearest sorts projects by how little their names differ from the one looked
// for; a name that contains it comes first.
func nearest(name string, projects []langsmith.Project) []langsmith.Project {
	want := strings.ToLower(name)
	distance := func(p langsmith.Project) int {
		have := strings.ToLower(p.Name)
		d := levenshtein.ComputeDistance(want, have)
		if strings.Contains(have, want) || strings.Contains(want, have) && have != "" {
			d -= len(want) + len(have)
		}
		return d
	}
	projects = slices.Clone(projects)
	slices.SortStableFunc(projects, func(a, b langsmith.Project) int { return cmp.Compare(distance(a), distance(b)) })
	return projects[:min(len(projects), NearestShown)]
}
