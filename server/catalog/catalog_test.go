package catalog_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/server/catalog"
)

// run runs a test with a catalog over an empty sandbox, in virtual time.
func run(t *testing.T, test func(*testing.T, *sandbox.Sandbox, *catalog.Catalog)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Empty: true, AllowAnonymous: true})
		test(t, s, catalog.New(langsmith.New(langsmith.Options{Anonymous: true, Transport: s.RoundTripper()})))
	})
}

func names(projects []langsmith.Project) string {
	var all []string
	for _, project := range projects {
		all = append(all, project.Name)
	}
	return fmt.Sprint(all)
}

func TestProjectsByNameOrID(t *testing.T) {
	run(t, func(t *testing.T, s *sandbox.Sandbox, c *catalog.Catalog) {
		s.AddProject(sandbox.Project{Name: "Checkout"})
		id := s.AddProject(sandbox.Project{Name: "support"})
		for text, want := range map[string]string{
			"check": "[Checkout]", " OUT ": "[Checkout]", "x": "[]", id.String()[:9]: "[support]",
		} {
			found, err := c.Projects(t.Context(), text)
			if err != nil || names(found) != want {
				t.Errorf("%q finds %s, not %s (%v)", text, names(found), want, err)
			}
		}
		if n := len(s.Requests()); n != 1 {
			t.Errorf("LangSmith got %d requests, want 1", n)
		}
		time.Sleep(time.Minute)
		s.AddProject(sandbox.Project{Name: "xylophone"})
		if found, _ := c.Projects(t.Context(), "x"); names(found) != "[xylophone]" {
			t.Errorf("a minute later x finds %s", names(found))
		}
	})
}

// With more projects than one page holds, LangSmith does the search.
func TestProjectsBeyondTheFirstHundred(t *testing.T) {
	run(t, func(t *testing.T, s *sandbox.Sandbox, c *catalog.Catalog) {
		s.AddProject(sandbox.Project{Name: "needle", StartTime: time.Now().Add(-time.Hour)})
		for i := range 120 {
			s.AddProject(sandbox.Project{Name: fmt.Sprint("hay ", i)})
		}
		if found, err := c.Projects(t.Context(), "needle"); err != nil || names(found) != "[needle]" {
			t.Errorf("found %s (%v)", names(found), err)
		}
	})
}

func TestReportsOfTheDefaultProject(t *testing.T) {
	run(t, func(t *testing.T, s *sandbox.Sandbox, c *catalog.Catalog) {
		shop, other := s.AddProject(sandbox.Project{Name: "shop"}), s.AddProject(sandbox.Project{Name: "other"})
		s.AddJob(other, sandbox.Job{Name: "elsewhere"})
		s.AddJob(shop, sandbox.Job{Name: "old", CreatedAt: time.Now().Add(-time.Hour)})
		s.AddJob(shop, sandbox.Job{Name: "new"})
		s.AddJob(shop, sandbox.Job{Name: "running", Status: "running"})
		s.AddJob(shop, sandbox.Job{Name: "failed", Status: "error"})
		reports, err := c.Reports(t.Context(), "shop")
		if err != nil || len(reports) != 2 || reports[0].Job.Name != "new" || reports[1].Job.Name != "old" || reports[0].Project.ID != shop {
			t.Errorf("the reports are %+v (%v)", reports, err)
		}
		if reports, err := c.Reports(t.Context(), "missing"); err != nil || len(reports) > 0 {
			t.Errorf("a missing project has %v (%v)", reports, err)
		}
	})
}

func TestReportsOfRecentProjects(t *testing.T) {
	run(t, func(t *testing.T, s *sandbox.Sandbox, c *catalog.Catalog) {
		for i := range 8 {
			id := s.AddProject(sandbox.Project{Name: fmt.Sprint("project ", i)})
			s.AddRuns(id, trace.Run{Start: time.Now().Add(-time.Duration(i) * time.Hour)})
			for j := range 30 {
				s.AddJob(id, sandbox.Job{Name: fmt.Sprint(i), CreatedAt: time.Now().Add(-time.Duration(j) * time.Minute)})
			}
		}
		for range 2 {
			reports, err := c.Reports(t.Context(), "")
			if err != nil || len(reports) != 100 {
				t.Fatalf("there are %d reports (%v)", len(reports), err)
			}
			for i, report := range reports {
				if report.Job.Name > "4" || i > 0 && report.Job.CreatedAt.After(reports[i-1].Job.CreatedAt.Time) {
					t.Errorf("report %d is %s of %s", i, report.Job.Name, report.Job.CreatedAt)
				}
			}
		}
		if n := len(s.Requests()); n != 6 {
			t.Errorf("LangSmith got %d requests, want 6", n)
		}
	})
}

func TestFinishedReportIsCached(t *testing.T) {
	run(t, func(t *testing.T, s *sandbox.Sandbox, c *catalog.Catalog) {
		shop := s.AddProject(sandbox.Project{Name: "shop"})
		clusters := []sandbox.Cluster{{ID: uuid.New(), Name: "small", NumRuns: 1}, {ID: uuid.New(), Name: "large", NumRuns: 2}}
		finished := s.AddJob(shop, sandbox.Job{Clusters: clusters})
		running := s.AddJob(shop, sandbox.Job{Status: "running"})
		for range 2 {
			nodes, err := c.Categories(t.Context(), shop, finished)
			if err != nil || len(nodes) != 2 || nodes[0].Name != "large" {
				t.Errorf("the categories are %v (%v)", nodes, err)
			}
			if nodes, err := c.Categories(t.Context(), shop, running); err != nil || len(nodes) > 0 {
				t.Errorf("an unfinished report has %v (%v)", nodes, err)
			}
		}
		if n := len(s.Requests()); n != 3 {
			t.Errorf("LangSmith got %d requests, want 3", n)
		}
	})
}
