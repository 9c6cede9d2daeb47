package prompts

import (
	"strings"

	"github.com/google/uuid"
)

// formatCall returns a call with its arguments in words. Empty arguments are left out.
func formatCall(tool string, arguments ...string) string {
	var given []string
	for _, argument := range arguments {
		if argument != "" {
			given = append(given, argument)
		}
	}
	switch last := len(given) - 1; last {
	case -1:
		return tool
	case 0:
		return tool + " with " + given[0]
	default:
		return tool + " with " + strings.Join(given[:last], ", ") + " and " + given[last]
	}
}

// resolveProject returns the argument that names the project; empty for the default one.
// Without either, it adds a step that asks for the project.
func (t *task) resolveProject() string {
	value := t.value(Project)
	switch id, err := uuid.Parse(value); {
	case value == "" && t.hasDefault:
		t.aim += " The project is this server's default, so the calls need not name it."
		return ""
	case value == "" && t.has("list_projects"):
		t.addStep("list_projects", "Ask me which tracing project is meant; list_projects lists them.")
		return "that project"
	case value == "":
		t.addStep("", "Ask me which tracing project is meant.")
		return "that project"
	case err == nil:
		return "session_id " + id.String()
	}
	return "project " + quote(value)
}

// jobArgument is an argument of a call that names a job.
type jobArgument struct {
	prompt    string // the name of the prompt's argument
	tool      string // the name of the tool's argument
	otherwise string // the tool's argument if the prompt's is empty; empty for none
}

// resolveJob returns the argument that names a job; empty for none. For a name it adds a
// step that finds the job.
func (t *task) resolveJob(argument jobArgument, project string) string {
	value := t.value(argument.prompt)
	id := ParseID(value)
	switch {
	case id != uuid.Nil:
		return argument.tool + " " + id.String()
	case value == "" || value == "latest":
		return argument.otherwise
	}
	t.addStep("list_insights_jobs", "%s: find the job called %s.", formatCall("list_insights_jobs", project), quote(value))
	return argument.tool + " (of " + quote(value) + ")"
}

// newestJob is the argument for a job that is the newest by default.
var newestJob = jobArgument{Job, "job_id", "job_id latest"}

// resolveCategory returns the argument that names a category by its id or name. Without
// one, it adds a step that finds a category.
func (t *task) resolveCategory(project, job string) string {
	value := t.value(Category)
	switch id := ParseID(value); {
	case id != uuid.Nil:
		return "cluster_id " + id.String()
	case value != "":
		return "cluster_id " + quote(value)
	}
	t.addStep("get_insights_job", "%s: take the category with the highest error rate, among those with more than a few traces.", formatCall("get_insights_job", project, job, "sort_by error_rate"))
	return "cluster_id (of that category)"
}

// statusArgument returns the argument that selects failed traces; empty if a person named
// the category, which was then not chosen by its error rate.
func (t *task) statusArgument() string {
	if t.value(Category) != "" {
		return ""
	}
	return "status error"
}

// addEvidence adds the step that reads the traces behind the findings.
func (t *task) addEvidence(project, job string) {
	t.addStep("list_insights_runs", "%s, for each important finding: read the traces behind it.", formatCall("list_insights_runs", project, job, "a cluster_id", "limit 3"))
}

// addAnswer adds the last step, which tells the person the result.
func (t *task) addAnswer(what string) { t.addStep("", "Tell me %s", what) }
