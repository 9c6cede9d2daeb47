// Package catalog knows what a caller's workspace holds, by name: its projects,
// their jobs, and the categories of a report. It is for menus and for lists that
// hosts ask for on their own, so it asks LangSmith little and remembers the
// answers for a moment.
package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/sync/errgroup"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/report"
)

const (
	remembered = 30 * time.Second // a list: what is new appears after that
	kept       = 10 * time.Minute // a finished report, which changes no more

	most     = 100 // what LangSmith lists at once, and no more is looked at
	mostKept = 50  // lists and reports of each kind in a caller's memory
)

// Category is a category of a report, in its place.
type Category = report.Node

// Catalog is what one caller's credentials show. It is safe for concurrent use.
type Catalog struct {
	client   *langsmith.Client
	projects *ttlcache.Cache[langsmith.ProjectsQuery, []langsmith.Project]
	jobs     *ttlcache.Cache[uuid.UUID, []langsmith.Job]
	reports  *ttlcache.Cache[[2]uuid.UUID, []*Category]
}

// New returns a catalog that knows nothing yet.
func New(client *langsmith.Client) *Catalog {
	return &Catalog{
		client: client,
		projects: ttlcache.New(
			ttlcache.WithTTL[langsmith.ProjectsQuery, []langsmith.Project](remembered),
			ttlcache.WithCapacity[langsmith.ProjectsQuery, []langsmith.Project](mostKept),
			ttlcache.WithDisableTouchOnHit[langsmith.ProjectsQuery, []langsmith.Project](),
		),
		jobs: ttlcache.New(
			ttlcache.WithTTL[uuid.UUID, []langsmith.Job](remembered),
			ttlcache.WithCapacity[uuid.UUID, []langsmith.Job](mostKept),
			ttlcache.WithDisableTouchOnHit[uuid.UUID, []langsmith.Job](),
		),
		reports: ttlcache.New(
			ttlcache.WithTTL[[2]uuid.UUID, []*Category](kept),
			ttlcache.WithCapacity[[2]uuid.UUID, []*Category](mostKept),
		),
	}
}

// Projects lists the projects whose name holds a text, in either case, or whose
// id begins with it. There may be more than the hundred at most that it returns.
func (c *Catalog) Projects(ctx context.Context, text string) ([]langsmith.Project, error) {
	all, err := c.listProjects(ctx, langsmith.ProjectsQuery{Limit: most})
	if err != nil {
		return nil, err
	}
	if len(all) == most && text != "" {
		if all, err = c.listProjects(ctx, langsmith.ProjectsQuery{NameContains: text, Limit: most}); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p langsmith.Project) bool { return !Matches(text, p.Name, p.ID) }), nil
}

// ProjectNamed returns the id of the project with a name; uuid.Nil where there
// is none, or more than one.
func (c *Catalog) ProjectNamed(ctx context.Context, name string) (uuid.UUID, error) {
	found, err := c.listProjects(ctx, langsmith.ProjectsQuery{Name: name, Limit: most})
	if err != nil {
		return uuid.Nil, err
	}
	found = slices.DeleteFunc(slices.Clone(found), func(p langsmith.Project) bool { return p.Name != name })
	if len(found) != 1 {
		return uuid.Nil, nil
	}
	return found[0].ID, nil
}

func (c *Catalog) listProjects(ctx context.Context, query langsmith.ProjectsQuery) ([]langsmith.Project, error) {
	return remember(c.projects, query, func() ([]langsmith.Project, error) { return c.client.ListProjects(ctx, query) })
}

// Jobs lists a project's jobs, newest first.
func (c *Catalog) Jobs(ctx context.Context, project uuid.UUID) ([]langsmith.Job, error) {
	return remember(c.jobs, project, func() ([]langsmith.Job, error) {
		page, err := c.client.ListJobs(ctx, project, uuid.Nil, most, 0)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(page.Jobs, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
		return page.Jobs, nil
	})
}

// Categories lists the categories of a finished report, largest first; none of
// a job that has not finished.
func (c *Catalog) Categories(ctx context.Context, project, job uuid.UUID) ([]*Category, error) {
	key := [2]uuid.UUID{project, job}
	if item := c.reports.Get(key); item != nil {
		return item.Value(), nil
	}
	got, err := c.client.GetJob(ctx, project, job)
	if err != nil {
		return nil, err
	}
	nodes := report.Build(got.Clusters).Nodes
	report.Sort(nodes, report.ByRuns)
	if got.Status.Done() {
		c.reports.Set(key, nodes, ttlcache.DefaultTTL)
	}
	return nodes, nil
}

// Report is a finished job in its project.
type Report struct {
	Project langsmith.Project // with a name where it is known
	Job     langsmith.Job
}

const (
	recentProjects = 5  // whose reports are listed where no project is the default
	recentReports  = 20 // of each of them
)

// Reports lists finished reports, newest first: those of the default project, or
// the latest of the projects that were used last.
func (c *Catalog) Reports(ctx context.Context, defaultProject string) ([]Report, error) {
	if defaultProject != "" {
		id, err := c.ProjectNamed(ctx, defaultProject)
		if err != nil || id == uuid.Nil {
			return nil, err
		}
		return c.finished(ctx, langsmith.Project{ID: id, Name: defaultProject}, most)
	}
	// Only with its statistics does LangSmith say when a project was used.
	projects, err := c.listProjects(ctx, langsmith.ProjectsQuery{Limit: most, Stats: true})
	if err != nil {
		return nil, err
	}
	projects = slices.Clone(projects)
	slices.SortStableFunc(projects, func(a, b langsmith.Project) int { return b.LastRunStartTime.Compare(a.LastRunStartTime.Time) })
	projects = projects[:min(len(projects), recentProjects)]
	found := make([][]Report, len(projects))
	group, asked := errgroup.WithContext(ctx)
	for i, project := range projects {
		group.Go(func() (err error) {
			found[i], err = c.finished(asked, project, recentReports)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := slices.Concat(found...)
	slices.SortStableFunc(all, func(a, b Report) int { return b.Job.CreatedAt.Compare(a.Job.CreatedAt.Time) })
	return all, nil
}

func (c *Catalog) finished(ctx context.Context, project langsmith.Project, most int) ([]Report, error) {
	jobs, err := c.Jobs(ctx, project.ID)
	if err != nil {
		return nil, err
	}
	var finished []Report
	for _, job := range jobs {
		if job.Status == langsmith.StatusSuccess && len(finished) < most {
			finished = append(finished, Report{project, job})
		}
	}
	return finished, nil
}

// Matches reports whether something is what a person may mean who has typed a
// text so far: a part of its name, in either case, or the beginning of its id.
func Matches(text, name string, id uuid.UUID) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return strings.Contains(strings.ToLower(name), text) || strings.HasPrefix(id.String(), text)
}

// remember returns what a cache holds, or what is fetched; a failure is not kept.
func remember[K comparable, V any](cache *ttlcache.Cache[K, V], key K, fetch func() (V, error)) (V, error) {
	if item := cache.Get(key); item != nil {
		return item.Value(), nil
	}
	value, err := fetch()
	if err == nil {
		cache.Set(key, value, ttlcache.DefaultTTL)
	}
	return value, err
}
