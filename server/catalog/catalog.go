// Package catalog lists the projects, jobs and categories of a caller's workspace for
// completion and for lists of resources. Clients ask for them at every keystroke and when
// they start, so LangSmith's responses are cached.
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
	listTTL   = 30 * time.Second // new projects and jobs appear after that
	reportTTL = 10 * time.Minute // a finished report does not change

	pageSize  = 100 // LangSmith's largest page; later pages are not read
	cacheSize = 50  // entries of each cache of a caller
)

// Category is a category of a report.
type Category = report.Node

// jobKey identifies a job.
type jobKey struct{ project, job uuid.UUID }

// Catalog lists what one caller can see. It is safe for concurrent use.
type Catalog struct {
	client   *langsmith.Client
	projects cache[langsmith.ProjectsQuery, []langsmith.Project]
	jobs     cache[uuid.UUID, []langsmith.Job]
	reports  cache[jobKey, []*Category]
}

// New returns a catalog of what the client can see.
func New(client *langsmith.Client) *Catalog {
	return &Catalog{
		client:   client,
		projects: newCache[langsmith.ProjectsQuery, []langsmith.Project](listTTL),
		jobs:     newCache[uuid.UUID, []langsmith.Job](listTTL),
		reports:  newCache[jobKey, []*Category](reportTTL),
	}
}

// Projects lists at most a hundred projects whose name contains a text, in either case, or
// whose id begins with it.
func (c *Catalog) Projects(ctx context.Context, text string) ([]langsmith.Project, error) {
	all, err := c.listProjects(ctx, langsmith.ProjectsQuery{Limit: pageSize})
	if err != nil {
		return nil, err
	}
	if len(all) == pageSize && text != "" {
		if all, err = c.listProjects(ctx, langsmith.ProjectsQuery{NameContains: text, Limit: pageSize}); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p langsmith.Project) bool { return !Matches(text, p.Name, p.ID) }), nil
}

// ProjectNamed returns the id of the project with a name; uuid.Nil if there is none, or
// more than one.
func (c *Catalog) ProjectNamed(ctx context.Context, name string) (uuid.UUID, error) {
	projects, err := c.listProjects(ctx, langsmith.ProjectsQuery{Name: name, Limit: pageSize})
	if err != nil {
		return uuid.Nil, err
	}
	named := slices.DeleteFunc(slices.Clone(projects), func(p langsmith.Project) bool { return p.Name != name })
	if len(named) != 1 {
		return uuid.Nil, nil
	}
	return named[0].ID, nil
}

func (c *Catalog) listProjects(ctx context.Context, query langsmith.ProjectsQuery) ([]langsmith.Project, error) {
	return c.projects.get(query, func() ([]langsmith.Project, error) { return c.client.ListProjects(ctx, query) })
}

// Jobs lists a project's jobs, newest first.
func (c *Catalog) Jobs(ctx context.Context, project uuid.UUID) ([]langsmith.Job, error) {
	return c.jobs.get(project, func() ([]langsmith.Job, error) {
		page, err := c.client.ListJobs(ctx, project, uuid.Nil, pageSize, 0)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(page.Jobs, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
		return page.Jobs, nil
	})
}

// Categories lists the categories of a job's report, largest first. A job that
// has not finished has none.
func (c *Catalog) Categories(ctx context.Context, project, job uuid.UUID) ([]*Category, error) {
	key := jobKey{project, job}
	if item := c.reports.Get(key); item != nil {
		return item.Value(), nil
	}
	got, err := c.client.GetJob(ctx, project, job)
	if err != nil {
		return nil, err
	}
	categories := report.Build(got.Clusters).Nodes
	report.Sort(categories, report.ByRuns)
	if got.Status.Done() {
		c.reports.Set(key, categories, ttlcache.DefaultTTL)
	}
	return categories, nil
}

// Report is a job that succeeded, with its project.
type Report struct {
	Project langsmith.Project
	Job     langsmith.Job
}

const (
	recentProjects = 5  // the projects whose reports are listed without a default project
	recentReports  = 20 // the reports of each of them
)

// Reports lists reports, newest first: those of the default project, or without one the
// newest reports of the projects with the newest runs.
func (c *Catalog) Reports(ctx context.Context, defaultProject string) ([]Report, error) {
	if defaultProject != "" {
		id, err := c.ProjectNamed(ctx, defaultProject)
		if err != nil || id == uuid.Nil {
			return nil, err
		}
		return c.projectReports(ctx, langsmith.Project{ID: id, Name: defaultProject}, pageSize)
	}
	// LangSmith returns the start of a project's last run only with its statistics.
	projects, err := c.listProjects(ctx, langsmith.ProjectsQuery{Limit: pageSize, Stats: true})
	if err != nil {
		return nil, err
	}
	projects = slices.Clone(projects)
	slices.SortStableFunc(projects, func(a, b langsmith.Project) int { return b.LastRunStartTime.Compare(a.LastRunStartTime.Time) })
	projects = projects[:min(len(projects), recentProjects)]
	byProject := make([][]Report, len(projects))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, project := range projects {
		group.Go(func() (err error) {
			byProject[i], err = c.projectReports(groupCtx, project, recentReports)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := slices.Concat(byProject...)
	slices.SortStableFunc(all, func(a, b Report) int { return b.Job.CreatedAt.Compare(a.Job.CreatedAt.Time) })
	return all, nil
}

// projectReports lists at most limit reports of a project.
func (c *Catalog) projectReports(ctx context.Context, project langsmith.Project, limit int) ([]Report, error) {
	jobs, err := c.Jobs(ctx, project.ID)
	if err != nil {
		return nil, err
	}
	var reports []Report
	for _, job := range jobs {
		if job.Status == langsmith.StatusSuccess && len(reports) < limit {
			reports = append(reports, Report{project, job})
		}
	}
	return reports, nil
}

// Matches reports whether a name contains a typed text, in either case, or an id begins
// with it.
func Matches(text, name string, id uuid.UUID) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return strings.Contains(strings.ToLower(name), text) || strings.HasPrefix(id.String(), text)
}

// cache is a ttlcache whose entries expire a fixed time after they were stored.
type cache[K comparable, V any] struct{ *ttlcache.Cache[K, V] }

func newCache[K comparable, V any](ttl time.Duration) cache[K, V] {
	return cache[K, V]{ttlcache.New(
		ttlcache.WithTTL[K, V](ttl),
		ttlcache.WithCapacity[K, V](cacheSize),
		ttlcache.WithDisableTouchOnHit[K, V](),
	)}
}

// get returns the cached value of a key, or fetches and caches it. Errors are not cached.
func (c cache[K, V]) get(key K, fetch func() (V, error)) (V, error) {
	if item := c.Get(key); item != nil {
		return item.Value(), nil
	}
	value, err := fetch()
	if err == nil {
		c.Set(key, value, ttlcache.DefaultTTL)
	}
	return value, err
}
