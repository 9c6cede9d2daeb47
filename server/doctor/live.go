package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/doctor/shape"
)

// Live reads what the tools read of a project, named by its name or id, and holds
// every answer against what is documented of it. It spends and changes nothing,
// and what it returns has no content of the answers: see [PrintLive].
func Live(ctx context.Context, options langsmith.Options, project string) []Check {
	l := &liveReader{wanted: project}
	options.OnResponse = l.add
	options.OnDeprecated = l.ends.Add
	l.client = langsmith.New(options)
	var checks []Check
	for _, step := range []struct {
		name string
		read func(context.Context) error
	}{
		{"projects", l.projects},
		{"jobs", l.jobs},
		{"report", l.report},
		{"runs of the report", l.jobRuns},
		{"runs", l.runs},
		{"one run", l.run},
		{"one run by its older route", l.olderRun},
		{"queues", l.queues},
		{"datasets", l.datasets},
		{"configs", l.configs},
	} {
		check := Check{Name: step.name, Status: Skipped, Found: "not read: the project was not found"}
		if step.name == "projects" || l.project != uuid.Nil {
			check = judge(step.name, step.read(ctx), l.take())
		}
		checks = append(checks, check)
	}
	return append(checks, l.ends.check())
}

// liveReader reads one thing after another; each leaves what later ones need.
type liveReader struct {
	client *langsmith.Client
	wanted string // the project

	mu      sync.Mutex
	answers []langsmith.Response // since the last take
	ends    Deprecations

	project, job, foundRun uuid.UUID
}

func (l *liveReader) add(answer langsmith.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers = append(l.answers, answer)
}

func (l *liveReader) take() []langsmith.Response {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.answers
	l.answers = nil
	return taken
}

// nothing is the result of a read for which the project or workspace has nothing.
type nothing string

func (n nothing) Error() string { return string(n) }

func (l *liveReader) projects(ctx context.Context) error {
	if _, err := l.client.ListProjects(ctx, langsmith.ProjectsQuery{Limit: 5, Stats: true}); err != nil {
		return err
	}
	id, err := uuid.Parse(l.wanted)
	if err != nil {
		listed, err := l.client.ListProjects(ctx, langsmith.ProjectsQuery{Name: l.wanted, Limit: 1})
		if err != nil {
			return err
		}
		if len(listed) == 0 {
			return errors.New("there is no project of that name")
		}
		id = listed[0].ID
	}
	found, err := l.client.GetProject(ctx, id)
	if err == nil {
		l.project = found.ID
	}
	return err
}

func (l *liveReader) jobs(ctx context.Context) error {
	page, err := l.client.ListJobs(ctx, l.project, uuid.Nil, 20, 0)
	if err != nil {
		return err
	}
	if len(page.Jobs) == 0 {
		return nothing("the project has no job")
	}
	newest := slices.IndexFunc(page.Jobs, func(job langsmith.Job) bool { return job.Status == langsmith.StatusSuccess })
	l.job = page.Jobs[max(newest, 0)].ID
	return nil
}

func (l *liveReader) report(ctx context.Context) error {
	if l.job == uuid.Nil {
		return nothing("the project has no job")
	}
	report, err := l.client.GetJob(ctx, l.project, l.job)
	if err != nil {
		return err
	}
	if len(report.Clusters) == 0 {
		return nothing("the job has no category")
	}
	_, err = l.client.GetCluster(ctx, l.project, l.job, report.Clusters[0].ID)
	return err
}

func (l *liveReader) jobRuns(ctx context.Context) error {
	if l.job == uuid.Nil {
		return nothing("the project has no job")
	}
	page, err := l.client.ListJobRuns(ctx, l.project, l.job, langsmith.JobRunsQuery{Limit: 20})
	if err != nil {
		return err
	}
	if len(page.Runs) == 0 {
		return nothing("the job has no run")
	}
	return nil
}

func (l *liveReader) runs(ctx context.Context) error {
	page, err := l.client.QueryRuns(ctx, langsmith.RunsQuery{Project: l.project, RootsOnly: true, Fields: langsmith.SummaryFields(), Limit: 5})
	if err != nil {
		return err
	}
	if len(page.Runs) == 0 {
		return nothing("the project has no run")
	}
	l.foundRun = page.Runs[0].ID
	return nil
}

func (l *liveReader) run(ctx context.Context) error { return l.readRun(ctx, l.project) }

// olderRun reads the run without its project, which the newer route needs.
func (l *liveReader) olderRun(ctx context.Context) error {
	err := l.readRun(ctx, uuid.Nil)
	var failed *langsmith.Error
	if errors.As(err, &failed) && failed.RouteMissing() {
		return nothing("it is not served")
	}
	return err
}

func (l *liveReader) readRun(ctx context.Context, project uuid.UUID) error {
	if l.foundRun == uuid.Nil {
		return nothing("the project has no run")
	}
	_, err := l.client.GetRun(ctx, project, l.foundRun)
	return err
}

func (l *liveReader) queues(ctx context.Context) error {
	queues, err := l.client.ListQueues(ctx, 5)
	if err != nil {
		return err
	}
	if len(queues) == 0 {
		return nothing("the workspace has no queue")
	}
	_, err = l.client.ListQueueRuns(ctx, queues[0].ID, 100)
	return err
}

func (l *liveReader) datasets(ctx context.Context) error {
	datasets, err := l.client.ListDatasets(ctx, 5)
	if err != nil {
		return err
	}
	if len(datasets) == 0 {
		return nothing("the workspace has no dataset")
	}
	_, err = l.client.ListExamples(ctx, datasets[0].ID, 5, 0)
	return err
}

func (l *liveReader) configs(ctx context.Context) error {
	configs, err := l.client.ListConfigs(ctx, l.project, true)
	if err == nil && len(configs) == 0 {
		return nothing("the project has no config")
	}
	return err
}

// judge makes a check of one read: its answers held against their shapes.
func judge(name string, err error, answers []langsmith.Response) Check {
	var routes, differences []string
	for _, answer := range answers {
		route := answer.Method + " " + answer.Route
		told := fmt.Sprintf("%s %d", route, answer.Status)
		if !slices.Contains(routes, told) {
			routes = append(routes, told)
		}
		expected := shape.Of(answer.Method, answer.Route)
		if answer.Status < 200 || answer.Status > 299 || expected == nil {
			continue
		}
		for _, difference := range expected.Compare(answer.Body) {
			if difference = route + ": " + difference; !slices.Contains(differences, difference) {
				differences = append(differences, difference)
			}
		}
	}
	check := Check{Name: name, Status: OK, Found: strings.Join(routes, ", ")}
	var none nothing
	switch {
	case len(differences) > 0:
		check.Status, check.Do = Warning, strings.Join(differences, "\n")
	case errors.As(err, &none) && len(answers) == 0:
		check.Status, check.Found = Skipped, "not read: "+string(none)
	case errors.As(err, &none):
		check.Found += "; " + string(none)
	case err != nil:
		check.Status, check.Do = Warning, sayWhy(err)
		if name == "projects" { // without which nothing else is read
			check.Status = Failed
		}
		check.Found = cmp.Or(check.Found, "no answer")
	}
	return check
}

// sayWhy says why a read failed, without what LangSmith said, which may hold content.
func sayWhy(err error) string {
	var failed *langsmith.Error
	var noToken *langsmith.LoginError
	switch {
	case errors.Is(err, langsmith.ErrNoCredentials), errors.As(err, &noToken):
		return "There are no credentials that can be used: run doctor without --live."
	case !errors.As(err, &failed):
		return strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
	case failed.Status == 0:
		return "Nothing was answered: run doctor without --live."
	case failed.Status < 300:
		return "The answer cannot be used."
	}
	return fmt.Sprintf("LangSmith answered %d: run doctor without --live.", failed.Status)
}

// PrintLive writes the checks of [Live] for a bug report. client is what reads,
// and where.
func PrintLive(out io.Writer, checks []Check, version string, endpoint langsmith.Endpoint) {
	where := "a self-hosted LangSmith"
	if endpoint.IsRegion() {
		where = endpoint.String()
	}
	fmt.Fprintf(out, "What %s answers, against what langsmith-insights-mcp %s expects.\nFields and routes alone are named; the content of the answers is not.\n\n", where, version)
	printChecks(out, checks)
	if slices.ContainsFunc(checks, func(check Check) bool {
		return check.Status != OK && check.Status != Skipped && check.Name != announcedEnds
	}) {
		fmt.Fprintln(out, "\nSome answers are not as expected. Please put these lines into a bug report.")
		return
	}
	fmt.Fprintln(out, "\nAll answers are as expected.")
}
