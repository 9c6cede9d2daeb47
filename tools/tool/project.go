package tool

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// ProjectArgs are the arguments that name a project.
type ProjectArgs struct {
	SessionID uuid.UUID `json:"session_id,omitzero" jsonschema_description:"The project's UUID."`
	Project   string    `json:"project,omitempty" jsonschema_description:"Or its name or UUID."`
}

// requiresProject reports whether arguments of a type have to name a project: whether they
// embed [ProjectArgs].
func requiresProject(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	field, ok := t.FieldByName("ProjectArgs")
	return ok && field.Type == reflect.TypeFor[ProjectArgs]()
}

func missingProject() langsmith.FieldError {
	return langsmith.FieldError{Field: "project", Problem: "is required: give session_id (a UUID) or project (a name); list_projects lists both"}
}

// maxProjectName is the maximum length of a project's name in a sentence, in characters.
const maxProjectName = 100

// ProjectLabel names a project in a sentence: by its name, or by its id if only that is
// known.
func ProjectLabel(project langsmith.Project) string {
	if project.Name == "" {
		return "project " + project.ID.String()
	}
	return "project " + markdown.Quote(project.Name, maxProjectName)
}

// FindProject returns the project that a call names. It does not check an id: the request
// with it shows whether the project exists.
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
	if id, ok := ParseUUID(name); ok {
		if args.SessionID != uuid.Nil && args.SessionID != id {
			return langsmith.Project{}, BadArgument("session_id", "is %s, but project is %s; give one of the two", args.SessionID, id)
		}
		return langsmith.Project{ID: id}, nil
	}
	project, err := e.projectByName(ctx, name)
	if err != nil {
		return langsmith.Project{}, err
	}
	if args.SessionID != uuid.Nil && args.SessionID != project.ID {
		problem := fmt.Sprintf("is %s, but project %s has the id %s; give one of the two", args.SessionID, markdown.Quote(name, maxProjectName), project.ID)
		return langsmith.Project{}, &ArgumentError{Problems: []langsmith.FieldError{{Field: "session_id", Problem: problem}}, Asked: true}
	}
	return project, nil
}

func (e *Env) projectByName(ctx context.Context, name string) (langsmith.Project, error) {
	found, err := e.Projects.find(ctx, projectKey{name: name}, func(ctx context.Context) ([]langsmith.Project, error) {
		found, err := e.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{Name: name, Limit: MaxPage})
		// LangSmith filters by the exact name; a proxy or another server may not.
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

// ChooseProject asks a person to choose among projects with one name. If nobody can be
// asked it refuses the call and lists them.
func (e *Env) ChooseProject(ctx context.Context, name string, found []langsmith.Project) (langsmith.Project, error) {
	question := &Question{ID: "project " + name, Text: fmt.Sprintf("%d projects are called %s. Which one?", len(found), markdown.Quote(name, maxProjectName))}
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
	return langsmith.Project{}, Refuse("%d projects are called %s. Call again with the session_id of one:%s", len(found), markdown.Quote(name, maxProjectName), lines.String())
}

// maxNearest is the maximum number of projects that are suggested for a missing one.
const maxNearest = 5

// noSuchProject refuses a name that no project has, and lists the nearest.
func (e *Env) noSuchProject(ctx context.Context, name string) error {
	workspace := "the key's own workspace"
	if id := e.LangSmith.Credentials().Workspace; id != uuid.Nil {
		workspace = "workspace " + id.String()
	}
	all, err := e.listAllProjects(ctx)
	if err != nil {
		return fmt.Errorf("list the projects nearest to a missing one: %w", err)
	}
	if len(all) == 0 {
		return Refuse("There is no project called %s: %s at %s has no projects. %s",
			markdown.Quote(name, maxProjectName), workspace, e.LangSmith.Endpoint(), e.Audience.SuggestOtherWorkspace())
	}
	var b strings.Builder
	for _, project := range findNearest(name, all) {
		fmt.Fprintf(&b, "\n- %s, session_id %s", markdown.Quote(project.Name, maxProjectName), project.ID)
	}
	return Refuse("There is no project called %s in %s at %s. Names are matched exactly. The nearest are:%s\nlist_projects lists all of them.",
		markdown.Quote(name, maxProjectName), workspace, e.LangSmith.Endpoint(), b.String())
}

// maxProjectPages bounds the search for the nearest projects, to 5,000 of them.
const maxProjectPages = 50

func (e *Env) listAllProjects(ctx context.Context) ([]langsmith.Project, error) {
	var all []langsmith.Project
	for page := range maxProjectPages {
		listed, err := e.LangSmith.ListProjects(ctx, langsmith.ProjectsQuery{Limit: MaxPage, Offset: page * MaxPage})
		all = append(all, listed...)
		if err != nil || len(listed) < MaxPage {
			return all, err
		}
	}
	return all, nil
}

// findNearest returns the projects whose names differ least from a name. Those that
// contain it, or that it contains, come first.
func findNearest(name string, projects []langsmith.Project) []langsmith.Project {
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
	return projects[:min(len(projects), maxNearest)]
}
