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

// View is what one call shows of a job.
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
	report  *Report      // what the Insights Agent wrote, in the size that fits; nil for none
	hide    bool         // summaries of runs are left out
	scope   *scope.Scope // nil where nothing is known of it
	now     time.Time

	// Alone says that the project is known to have no other report to compare with.
	Alone bool
	// Progress says how an unfinished job goes; empty for how long it has run.
	Progress string
	// LookAgain is when it is worth looking at an unfinished job again; 0 where only
	// its age tells.
	LookAgain time.Duration
}

// detail is how much of a report is shown: lengths of texts in characters, and counts.
type detail struct {
	name, keyPoint, reason, summary, description int
	keyPoints, highlights                        int
	full                                         bool // every field, and every statistic

	enough int // the length, in bytes, to which texts are shortened before categories are left out
	budget int // in bytes; 0 for the page's
}

var (
	concise = detail{
		name: 80, keyPoint: 300, reason: 200, keyPoints: 5, highlights: 3,
		enough: 60, budget: tool.ConciseBudget,
	}
	detailed = detail{
		name: markdown.MaxName, keyPoint: 1000, reason: 600, summary: 600, description: 500, keyPoints: 20, highlights: 20,
		full: true, enough: 120,
	}
)

// NewView returns a concise view of a job: its first page, largest category first.
func NewView(ctx context.Context, env *tool.Env, project langsmith.Project, job *langsmith.Report) *View {
	tree := report.Build(job.Clusters)
	view := &View{
		job: job, project: project, links: env.ProjectLinks(ctx, project), tree: tree,
		nodes: slices.Clone(tree.Nodes), sortBy: report.ByRuns,
		detail: concise, hide: env.Policy.HideRunContent, scope: ScopeOf(&job.Job, env.Scopes), now: time.Now(),
	}
	report.Sort(view.nodes, view.sortBy)
	return view
}

// Select changes the view to what a call asks for: a page of the report, or of one
// category's subtree, in an order; empty for the usual.
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

// Resizable returns the result that the view shows: a whole page with shorter
// texts rather than a few categories with long ones.
func (v *View) Resizable() (*tool.Resizable[*Result], error) {
	if err := v.fitReport(); err != nil {
		return nil, err
	}
	return &tool.Resizable[*Result]{
		Items:  min(v.page.Size(), len(v.nodes)),
		Chars:  utf8.UTFMax * max(MaxName, v.detail.name, v.descriptionLength()),
		Enough: v.detail.enough,
		Budget: v.budget(),
		Build:  v.result,
	}, nil
}

func (v *View) budget() int {
	if v.detail.budget > 0 {
		return v.detail.budget
	}
	return v.page.Budget()
}

// wholeDescription bounds the description of a category that is shown alone, in
// characters.
const wholeDescription = 5000

func (v *View) descriptionLength() int {
	if v.detail.description > 0 && (v.page.Size() == 1 || len(v.nodes) == 1) {
		return wholeDescription
	}
	return v.detail.description
}

// reportShare is how much of the budget goes to what the Insights Agent wrote, in
// percent. The categories get the rest.
const reportShare = 40

// fitReport puts what the Insights Agent wrote on the first page.
func (v *View) fitReport() error {
	if v.page.Offset > 0 || v.job.Summary == nil {
		return nil
	}
	report := tool.Resizable[*Report]{
		Items:  max(v.detail.keyPoints, v.detail.highlights),
		Chars:  utf8.UTFMax * max(v.detail.keyPoint, v.detail.reason, v.detail.summary),
		Enough: v.detail.enough,
		Budget: v.budget() * reportShare / 100,
		Build:  v.newReport,
	}
	fitted, _, err := report.Fit()
	if err == nil && !fitted.empty() {
		v.report = fitted
	}
	return err
}
