package jobs

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
)

// View selects what a call shows of a job.
type View struct {
	job     *langsmith.Report
	project langsmith.Project
	links   tool.Links
	tree    *report.Tree
	within  *report.Node   // the category whose subtree is shown; nil for the whole report
	nodes   []*report.Node // every category in view, sorted
	sortBy  report.Order
	page    tool.PageArgs
	detail  detail
	report  *Report // the summary, in the size that fits; nil for none
	hide    bool    // summaries of runs are left out
	scopes  *scope.Memory
	now     time.Time

	// Alone is set if the project is known to have no other report to compare with.
	Alone bool
	// Caution is what the result is to be read with.
	Caution []string
	// Progress describes the state of an unfinished job; if empty, its age is shown.
	Progress string
	// TimeoutSeconds is how long the next wait is to last; 0 for the default.
	TimeoutSeconds int

	// NextLook is when to look at an unfinished job again; if 0, its age decides.
	NextLook time.Duration
}

// detail is how much of a report is shown: lengths of texts in characters, and counts.
type detail struct {
	name, keyPoint, reason, summary, description int
	keyPoints, highlights                        int
	full                                         bool // all statistics, not only the main ones

	minLength int // the length, in bytes, to which texts are shortened before categories are left out
	budget    int // in bytes; 0 for the page's
}

var (
	concise = detail{
		name: 80, keyPoint: 300, reason: 200, keyPoints: 5, highlights: 3,
		minLength: 60, budget: tool.ConciseBudget,
	}
	detailed = detail{
		name: markdown.MaxName, keyPoint: 1000, reason: 600, summary: 600, description: 500, keyPoints: 20, highlights: 20,
		full: true, minLength: 120,
	}
)

// NewView returns a concise view of a job: its first page, largest category first.
func NewView(ctx context.Context, env *tool.Env, project langsmith.Project, job *langsmith.Report) *View {
	tree := report.Build(job.Clusters)
	view := &View{
		job: job, project: project, links: env.ProjectLinks(ctx, project), tree: tree,
		nodes: slices.Clone(tree.Nodes), sortBy: report.ByRuns,
		detail: concise, hide: env.Policy.HideRunContent, scopes: env.Scopes, now: time.Now(),
	}
	report.Sort(view.nodes, view.sortBy)
	return view
}

// Select sets what a call requests: a page of the report, or of one category's subtree, in
// an order. An empty sortBy is the usual order.
func (v *View) Select(clusterID string, sortBy report.Order, detail string, page tool.PageArgs) error {
	v.page = page
	if detail == "detailed" {
		v.detail = detailed
	}
	if sortBy != "" {
		v.sortBy = sortBy
	}
	if clusterID != "" {
		var err error
		if v.within, err = FindCategory(v.project.ID, v.job, v.tree, clusterID); err != nil {
			return err
		}
		v.nodes = v.within.Subtree()
	}
	report.Sort(v.nodes, v.sortBy)
	return nil
}

// Resizable returns the result of the view: a whole page with shorter texts rather than a
// few categories with long ones.
func (v *View) Resizable() (*tool.Resizable[*Result], error) {
	if err := v.fitReport(); err != nil {
		return nil, err
	}
	return &tool.Resizable[*Result]{
		Items:    min(v.page.Size(), len(v.nodes)),
		Chars:    utf8.UTFMax * max(MaxName, v.detail.name, v.descriptionLength()),
		MinChars: v.detail.minLength,
		Budget:   v.budget(),
		Build:    v.result,
	}, nil
}

func (v *View) budget() int {
	if v.detail.budget > 0 {
		return v.detail.budget
	}
	return v.page.Budget()
}

// wholeDescription is the maximum length of the description of a category that is shown
// alone, in characters.
const wholeDescription = 5000

func (v *View) descriptionLength() int {
	if v.detail.description > 0 && (v.page.Size() == 1 || len(v.nodes) == 1) {
		return wholeDescription
	}
	return v.detail.description
}

// reportShare is the part of the budget for the report's summary, in percent. The
// categories get the rest.
const reportShare = 40

// fitReport adds the report's summary to the first page.
func (v *View) fitReport() error {
	if v.page.Offset > 0 || v.job.Summary == nil {
		return nil
	}
	report := tool.Resizable[*Report]{
		Items:    max(v.detail.keyPoints, v.detail.highlights),
		Chars:    utf8.UTFMax * max(v.detail.keyPoint, v.detail.reason, v.detail.summary),
		MinChars: v.detail.minLength,
		Budget:   v.budget() * reportShare / 100,
		Build:    v.newReport,
	}
	fitted, _, err := report.Fit()
	if err == nil && !fitted.isEmpty() {
		v.report = fitted
	}
	return err
}
