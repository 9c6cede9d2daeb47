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
	"langsmith-insights-mcp/tools/markdown"
)

// RunLive makes the tools' read requests for a project, given by its name or id, and compares
// each response with its documented shape. It costs no money and changes nothing. The
// checks have no content of the responses: see [PrintLive]. The error is that of a
// project that is not there.
func RunLive(ctx context.Context, options langsmith.Options, project string) ([]Check, error) {
	l := &liveReader{nameOrID: project}
	options.OnResponse = l.add
	options.OnDeprecated = l.ends.Add
	l.client = langsmith.New(options)
	var checks []Check
	for _, step := range []struct {
		name string
		read func(context.Context) error
	}{
		{"projects", l.readProjects},
		{"jobs", l.readJobs},
		{"report", l.readReport},
		{"runs of the report", l.readJobRuns},
		{"runs", l.readRuns},
		{"one run", l.readCurrentRun},
		{"one run by its older route", l.readOlderRun},
		{"queues", l.readQueues},
		{"datasets", l.readDatasets},
		{"configs", l.readConfigs},
	} {
		check := Check{Name: step.name, Status: Skipped, Found: "not read: the project was not found"}
		if step.name == "projects" || l.project != uuid.Nil {
			check = newLiveCheck(step.name, step.read(ctx), l.takeResponses())
		}
		checks = append(checks, check)
	}
	return append(checks, l.ends.check()), l.noProject
}

// liveReader makes the read requests. A read sets what later ones need.
type liveReader struct {
	client   *langsmith.Client
	nameOrID string // of the project

	mu        sync.Mutex
	responses []langsmith.Response // since the last takeResponses
	ends      Deprecations

	project, job, foundRun uuid.UUID
	noProject              error
}

func (l *liveReader) add(response langsmith.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.responses = append(l.responses, response)
}

func (l *liveReader) takeResponses() []langsmith.Response {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.responses
	l.responses = nil
	return taken
}

// emptyError is the error of a read for which the project or workspace has no data.
type emptyError string

func (e emptyError) Error() string { return string(e) }

func (l *liveReader) readProjects(ctx context.Context) error {
	visible, err := l.client.ListProjects(ctx, langsmith.ProjectsQuery{Limit: maxNamesShown, Stats: true})
	if err != nil {
		return err
	}
	id, err := uuid.Parse(l.nameOrID)
	if err != nil {
		listed, err := l.client.ListProjects(ctx, langsmith.ProjectsQuery{Name: l.nameOrID, Limit: 1})
		if err != nil {
			return err
		}
		if len(listed) == 0 {
			l.noProject = fmt.Errorf("there is no project %s in this workspace; visible: %s", markdown.Quote(l.nameOrID, 100), projectNames(visible))
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

func (l *liveReader) readJobs(ctx context.Context) error {
	page, err := l.client.ListJobs(ctx, l.project, uuid.Nil, 20, 0)
	if err != nil {
		return err
	}
	if len(page.Jobs) == 0 {
		return emptyError("the project has no job")
	}
	newest := slices.IndexFunc(page.Jobs, func(job langsmith.Job) bool { return job.Status == langsmith.StatusSuccess })
	l.job = page.Jobs[max(newest, 0)].ID
	return nil
}

func (l *liveReader) readReport(ctx context.Context) error {
	if l.job == uuid.Nil {
		return emptyError("the project has no job")
	}
	report, err := l.client.GetJob(ctx, l.project, l.job)
	if err != nil {
		return err
	}
	if len(report.Clusters) == 0 {
		return emptyError("the job has no category")
	}
	_, err = l.client.GetCluster(ctx, l.project, l.job, report.Clusters[0].ID)
	return err
}

func (l *liveReader) readJobRuns(ctx context.Context) error {
	if l.job == uuid.Nil {
		return emptyError("the project has no job")
	}
	page, err := l.client.ListJobRuns(ctx, l.project, l.job, langsmith.JobRunsQuery{Limit: 20})
	if err != nil {
		return err
	}
	if len(page.Runs) == 0 {
		return emptyError("the job has no run")
	}
	return nil
}

func (l *liveReader) readRuns(ctx context.Context) error {
	page, err := l.client.QueryRuns(ctx, langsmith.RunsQuery{Project: l.project, RootsOnly: true, Fields: langsmith.SummaryFields(), Limit: 5})
	if err != nil {
		return err
	}
	if len(page.Runs) == 0 {
		return emptyError("the project has no run")
	}
	l.foundRun = page.Runs[0].ID
	return nil
}

func (l *liveReader) readCurrentRun(ctx context.Context) error { return l.readRun(ctx, l.project) }

// readOlderRun reads the run by its older route, which needs no project.
func (l *liveReader) readOlderRun(ctx context.Context) error {
	err := l.readRun(ctx, uuid.Nil)
	var failed *langsmith.Error
	if errors.As(err, &failed) && failed.RouteMissing() {
		return emptyError("it is not served")
	}
	return err
}

func (l *liveReader) readRun(ctx context.Context, project uuid.UUID) error {
	if l.foundRun == uuid.Nil {
		return emptyError("the project has no run")
	}
	_, err := l.client.GetRun(ctx, project, l.foundRun)
	return err
}

func (l *liveReader) readQueues(ctx context.Context) error {
	queues, err := l.client.ListQueues(ctx, 5)
	if err != nil {
		return err
	}
	if len(queues) == 0 {
		return emptyError("the workspace has no queue")
	}
	_, err = l.client.ListQueueRuns(ctx, queues[0].ID, 100)
	return err
}

func (l *liveReader) readDatasets(ctx context.Context) error {
	datasets, err := l.client.ListDatasets(ctx, 5)
	if err != nil {
		return err
	}
	if len(datasets) == 0 {
		return emptyError("the workspace has no dataset")
	}
	_, err = l.client.ListExamples(ctx, datasets[0].ID, 5, 0)
	return err
}

func (l *liveReader) readConfigs(ctx context.Context) error {
	configs, err := l.client.ListConfigs(ctx, l.project, true)
	if err == nil && len(configs) == 0 {
		return emptyError("the project has no config")
	}
	return err
}

// newLiveCheck compares the responses of one read with their documented shapes.
func newLiveCheck(name string, err error, responses []langsmith.Response) Check {
	var routes, differences []string
	for _, response := range responses {
		route := response.Method + " " + response.Route
		if withStatus := fmt.Sprintf("%s %d", route, response.Status); !slices.Contains(routes, withStatus) {
			routes = append(routes, withStatus)
		}
		expected := shape.Of(response.Method, response.Route)
		if response.Status < 200 || response.Status > 299 || expected == nil {
			continue
		}
		for _, difference := range expected.Compare(response.Body) {
			if difference = route + ": " + difference; !slices.Contains(differences, difference) {
				differences = append(differences, difference)
			}
		}
	}
	check := Check{Name: name, Status: OK, Found: strings.Join(routes, ", ")}
	var empty emptyError
	switch {
	case len(differences) > 0:
		check.Status, check.Do = Warning, strings.Join(differences, "\n")
	case errors.As(err, &empty) && len(responses) == 0:
		check.Status, check.Found = Skipped, "not read: "+string(empty)
	case errors.As(err, &empty):
		check.Found += "; " + string(empty)
	case err != nil:
		check.Status, check.Do = Warning, explainReadError(err)
		if name == "projects" { // every other read needs it
			check.Status = Failed
		}
		check.Found = cmp.Or(check.Found, "no response")
	}
	return check
}

// explainReadError says why a read failed, without LangSmith's message, which may have
// content.
func explainReadError(err error) string {
	var failed *langsmith.Error
	var noToken *langsmith.LoginError
	switch {
	case errors.Is(err, langsmith.ErrNoCredentials), errors.As(err, &noToken):
		return "There are no usable credentials: run doctor without --live."
	case !errors.As(err, &failed):
		return strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
	case failed.Status == 0:
		return "There was no response: run doctor without --live."
	case failed.Status < 300:
		return "The response cannot be used."
	}
	return fmt.Sprintf("LangSmith answered %d: run doctor without --live.", failed.Status)
}

// PrintLive writes the checks of [RunLive] for a bug report. It does not name the address of a
// self-hosted endpoint.
func PrintLive(out io.Writer, checks []Check, version string, endpoint langsmith.Endpoint) {
	where := "a self-hosted LangSmith"
	if endpoint.IsRegion() {
		where = endpoint.String()
	}
	fmt.Fprintf(out, "The responses of %s, compared with what langsmith-insights-mcp %s expects.\nOnly routes and fields are named, without the content of the responses.\n\n", where, version)
	printChecks(out, checks)
	if slices.ContainsFunc(checks, func(check Check) bool {
		return check.Status != OK && check.Status != Skipped && check.Name != deprecationsCheck
	}) {
		fmt.Fprintln(out, "\nSome responses are not as expected. Please include these lines in a bug report.")
		return
	}
	fmt.Fprintln(out, "\nAll responses are as expected.")
}
