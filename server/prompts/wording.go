package prompts

import (
	"strings"

	"github.com/google/uuid"
)

// call writes a call with its arguments, of which empty ones are left out.
func call(tool string, arguments ...string) string {
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

// project is the argument that names the project in a call; empty for the
// default one. It begins with how to find out the project where nobody said.
func (t *task) project() string {
	value := t.value(Project)
	switch id, err := uuid.Parse(value); {
	case value == "" && t.hasDefault:
		t.aim += " The project is this server's default one, so that the calls need not name it."
		return ""
	case value == "" && t.has("list_projects"):
		t.step("list_projects", "Ask me which tracing project is meant; list_projects lists them.")
		return "that project"
	case value == "":
		t.step("", "Ask me which tracing project is meant.")
		return "that project"
	case err == nil:
		return "session_id " + id.String()
	}
	return "project " + data(value)
}

// job is the argument of a call that names a job, and begins with how to find
// it. Where nobody has said which, it is the such and such job: another one.
func (t *task) job(filledIn, argument, project, such, other string) string {
	value := t.value(filledIn)
	list := call("list_insights_jobs", project)
	switch id := ID(value); {
	case id != uuid.Nil:
		return argument + " " + id.String()
	case value != "":
		t.step("list_insights_jobs", "%s: find the job called %s.", list, data(value))
		return argument + " (of " + data(value) + ")"
	}
	t.step("list_insights_jobs", "%s: the %s job is %s. If there is none, say so and stop.", list, such, other)
	return argument + " (of the " + such + " job)"
}

// category is the argument that names a category, and begins with how to find it.
func (t *task) category(project, job string) string {
	value := t.value(Category)
	switch id := ID(value); {
	case id != uuid.Nil:
		return "cluster_id " + id.String()
	case value != "":
		t.step("get_insights_job", "%s: find the category called %s.", call("get_insights_job", project, job, "limit 100"), data(value))
		return "cluster_id (of " + data(value) + ")"
	}
	t.step("get_insights_job", "%s: take the category that fails most often, among those with more than a handful of traces.", call("get_insights_job", project, job, "sort_by error_rate"))
	return "cluster_id (of that category)"
}

// evidence sends the model from findings to the traces behind them.
func (t *task) evidence(project, job string) {
	t.step("list_insights_runs", "%s, for each finding that matters: see what is behind it.", call("list_insights_runs", project, job, "a cluster_id", "limit 3"))
}

// tell ends a task.
func (t *task) tell(what string) { t.step("", "Tell me %s", what) }
