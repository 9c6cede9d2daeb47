package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Find returns the id of the job that a call names. It does not check a UUID: the request
// with it shows whether the job exists.
func Find(ctx context.Context, env *tool.Env, project langsmith.Project, id tool.JobID) (uuid.UUID, error) {
	found, err := FindReport(ctx, env, project, id)
	return found.ID, err
}

// FoundJob is the job that a call names. The other fields are known if it is [tool.LatestJob].
type FoundJob struct {
	ID      uuid.UUID
	Alone   bool     // the project has no other report
	Caution []string // names jobs that the caller may mean instead
}

// FindReport is [Find] for tools that show the report.
func FindReport(ctx context.Context, env *tool.Env, project langsmith.Project, id tool.JobID) (FoundJob, error) {
	if id != tool.LatestJob {
		return FoundJob{ID: id.UUID()}, nil
	}
	all, err := ListAll(ctx, env.LangSmith, project.ID)
	if err != nil {
		return FoundJob{}, err
	}
	succeeded := FilterSuccessful(all)
	if len(succeeded) == 0 {
		return FoundJob{}, RefuseLatest(project)
	}
	return FoundJob{ID: succeeded[0].ID, Alone: len(succeeded) == 1, Caution: listLatestCautions(env, all, succeeded)}, nil
}

// maxNewer is the maximum number of unfinished jobs that a caution names.
const maxNewer = 3

// listLatestCautions names the newer jobs that are unfinished, and a report of a later window
// than that of the newest one.
func listLatestCautions(env *tool.Env, all, succeeded []langsmith.Job) []string {
	var caution []string
	latest := &succeeded[0]
	newer := all[:slices.IndexFunc(all, func(job langsmith.Job) bool { return job.ID == latest.ID })]
	newer = slices.DeleteFunc(slices.Clone(newer), func(job langsmith.Job) bool { return job.Status.Done() })
	if len(newer) > 0 {
		caution = append(caution, "Not finished, and newer than this report: "+ListNames(NewJobs(newer, nil), maxNewer)+".")
	}
	later, reads := latest, ScopeOf(latest, env.Scopes)
	for i := range succeeded[1:] {
		other := ScopeOf(&succeeded[1+i], env.Scopes)
		if reads.Length() > 0 && other.Length() > 0 && other.EndTime.After(reads.EndTime.Time) {
			later, reads = &succeeded[1+i], other
		}
	}
	if later != latest {
		caution = append(caution, fmt.Sprintf("A report that was started earlier reads a later window (%s): %s, job_id %s.", reads, markdown.Quote(later.Name, MaxName), later.ID))
	}
	return caution
}

// RefuseLatest refuses a call about the latest job of a project in which none has
// succeeded.
func RefuseLatest(project langsmith.Project) error {
	return tool.RefuseMissing("There is no latest job: no Insights job of %s has succeeded yet. list_insights_jobs lists running and failed ones; create_insights_job starts one (paid).",
		tool.ProjectLabel(project))
}

// maxJobPages bounds the list of a project's jobs, to 1,000 of them.
const maxJobPages = 10

// ListAll lists the jobs of a project, newest first. It reads the whole list, since
// LangSmith does not document its order.
func ListAll(ctx context.Context, client *langsmith.Client, project uuid.UUID) ([]langsmith.Job, error) {
	var all []langsmith.Job
	for page := range maxJobPages {
		listed, err := client.ListJobs(ctx, project, uuid.Nil, tool.MaxPage, page*tool.MaxPage)
		if err != nil {
			return nil, err
		}
		all = append(all, listed.Jobs...)
		if listed.Rows < tool.MaxPage {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
	return all, nil
}

// FilterSuccessful returns the jobs that succeeded.
func FilterSuccessful(all []langsmith.Job) []langsmith.Job {
	return slices.DeleteFunc(slices.Clone(all), func(job langsmith.Job) bool { return job.Status != langsmith.StatusSuccess })
}

// FindCategory returns the category of a report that a call names: by its id, by the
// beginning of its id, or by its name.
func FindCategory(project uuid.UUID, job *langsmith.Report, tree *report.Tree, text string) (*report.Node, error) {
	found := tree.Match(text)
	if len(found) == 1 {
		return found[0], nil
	}
	shown := wording.Echo(text)
	if _, isID := tool.ParseUUID(text); isID {
		shown = text
	}
	if len(found) > 1 {
		return nil, tool.Refuse("%s categories of this job fit cluster_id %s. Call again with the id of one:%s", wording.Thousands(len(found)), shown, listCategories(found, maxSuggestions))
	}
	if !job.Status.Done() {
		return nil, tool.RefuseMissing("There is no category %s yet: the job is not finished. Call wait_for_insights_job first.", shown)
	}
	if len(tree.Nodes) == 0 {
		return nil, tool.RefuseMissing("There is no category %s: the report has no categories.", shown)
	}
	if kind := findOtherKind(project, job, text); kind != "" {
		return nil, tool.RefuseMissing("cluster_id %s is the id of %s, not of a category. %s lists the categories.", text, kind,
			wording.Call("get_insights_job", "session_id", project, "job_id", job.ID))
	}
	listed, which := tree.Near(text), "Similar ones are"
	if len(listed) == 0 {
		listed, which = slices.Clone(tree.Nodes), "The largest are"
		report.Sort(listed, report.ByRuns)
		if len(listed) < maxCompleteList {
			return nil, tool.RefuseMissing("There is no category %s in %s. It has:%s", shown, describeJob(job), listCategories(listed, maxCompleteList))
		}
	}
	return nil, tool.RefuseMissing("There is no category %s in %s. %s:%s\n%s lists all.", shown, describeJob(job), which, listCategories(listed, maxSuggestions),
		wording.Call("get_insights_job", "session_id", project, "job_id", job.ID))
}

// describeJob names a job, since a call may only say that it is the latest.
func describeJob(job *langsmith.Report) string {
	return fmt.Sprintf("job %s (job_id %s)", markdown.Quote(job.Name, MaxName), job.ID)
}

// findOtherKind returns what else has the id; empty if nothing does.
func findOtherKind(project uuid.UUID, job *langsmith.Report, text string) string {
	id, isID := tool.ParseUUID(text)
	switch {
	case !isID:
		return ""
	case id == project:
		return "the project"
	case id == job.ID:
		return "the job"
	case job.Summary != nil && slices.ContainsFunc(job.Summary.Highlighted, func(run langsmith.HighlightedRun) bool { return run.RunID == id }):
		return "a run"
	}
	return ""
}

const (
	maxSuggestions  = 5  // the maximum number of suggestions in a refusal
	maxCompleteList = 20 // a refusal lists all categories of a report that has fewer
)

// listCategories lists at most limit categories, one a line.
func listCategories(nodes []*report.Node, limit int) string {
	var b strings.Builder
	for _, node := range nodes[:min(len(nodes), limit)] {
		b.WriteString("\n- " + markdown.Quote(node.Name, 80))
		if node.Parent != nil {
			b.WriteString(" in " + markdown.Quote(node.Parent.Name, 80))
		}
		b.WriteString(", cluster_id " + wording.ID(node.ID))
	}
	return b.String()
}
