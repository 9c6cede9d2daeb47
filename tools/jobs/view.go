package jobs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Resizable shows the page that a call asks for: all of it with shorter texts
// rather than a few categories with long ones.
func (v *View) Resizable() (tool.Resizable[*Result], error) {
	if v.page.Offset == 0 && v.Job.Summary != nil {
		if err := v.fitReport(); err != nil {
			return tool.Resizable[*Result]{}, err
		}
	}
	return tool.Resizable[*Result]{
		Items: min(v.page.Size(), len(v.nodes)), Chars: v.longest(), Enough: v.detail.shortest, Budget: v.budget(),
		Build: v.result,
	}, nil
}

func (v *View) budget() int {
	if v.detail.budget > 0 {
		return v.detail.budget
	}
	return v.page.Budget()
}

// reportPart is how much of the budget the report's own words may take from the
// categories, in percent.
const reportPart = 40

func (v *View) fitReport() error {
	fitted, _, err := tool.Resizable[*Report]{
		Items: max(v.detail.keyPoints, v.detail.highlights), Chars: max(v.detail.keyPoint, v.detail.reason, v.detail.summary),
		Enough: v.detail.shortest, Budget: v.budget() * reportPart / 100,
		Build: v.summarized,
	}.Fit()
	if err == nil && !fitted.empty() {
		v.report = fitted
	}
	return err
}

// Result is a job with its report, as get_insights_job and
// wait_for_insights_job give it.
type Result struct {
	Job
	SessionID         uuid.UUID `json:"session_id"`
	Clusters          []Cluster `json:"clusters"`
	TotalClusters     *int      `json:"total_clusters,omitempty"`
	NextOffset        int       `json:"next_offset,omitempty"`
	Report            *Report   `json:"report,omitempty"`
	RetryAfterSeconds int       `json:"retry_after_seconds,omitempty"`

	// Progress is how an unfinished job goes, in words; empty for the usual ones.
	Progress string `json:"-"`

	view  *View
	nodes []*report.Node // of Clusters, in their order
	most  int            // bytes of any text
	cut   bool           // whether a text in it was shortened
}

// Cluster is one category of a report.
type Cluster struct {
	ID          uuid.UUID      `json:"id"`
	ParentID    uuid.UUID      `json:"parent_id,omitzero"` // as the tree is shown: absent at the top
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	NumRuns     int            `json:"num_runs"`
	Share       *float64       `json:"share,omitempty"` // of the job's runs, 0 to 1
	Stats       map[string]any `json:"stats,omitempty"`
}

// Report is what the Insights Agent wrote about a report as a whole.
type Report struct {
	Title       string           `json:"title,omitempty"`
	KeyPoints   []string         `json:"key_points,omitempty"`
	Highlighted []HighlightedRun `json:"highlighted_traces,omitempty"`
	LeftOut     int              `json:"left_out,omitempty"` // key points and traces that detail=detailed shows

	cut bool // whether a text in it was shortened
}

func (r *Report) empty() bool {
	return r.Title == "" && r.KeyPoints == nil && r.Highlighted == nil
}

// HighlightedRun is a trace that a report holds worth opening.
type HighlightedRun struct {
	RunID       uuid.UUID `json:"run_id"`
	ClusterID   uuid.UUID `json:"cluster_id,omitzero"`
	ClusterName string    `json:"cluster_name,omitempty"`
	Rank        int       `json:"rank"`
	Reason      string    `json:"highlight_reason,omitempty"`
	Summary     string    `json:"summary,omitempty"`
	URL         string    `json:"url,omitempty"`
}

// View is what one call wants to see of a job.
type View struct {
	Job     *langsmith.Report
	Project langsmith.Project
	links   tool.Links
	Tree    *report.Tree
	within  *report.Node   // only its subtree; nil for the whole report
	nodes   []*report.Node // every category in view, sorted
	sortBy  report.Order
	page    tool.PageArgs
	detail  Detail
	report  *Report // the report's own words; nil for none
	hide    bool    // leave out what runs contain
	now     time.Time

	// Of an unfinished job that was waited for.
	Progress  string        // how it goes, in words
	LookAgain time.Duration // when it is worth looking again; 0 where its age alone says
}

func NewView(ctx context.Context, env *tool.Env, project langsmith.Project, job *langsmith.Report) *View {
	tree := report.Build(job.Clusters)
	view := &View{
		Job: job, Project: project, links: env.ProjectLinks(ctx, project), Tree: tree,
		nodes: slices.Clone(tree.Nodes), sortBy: report.ByRuns,
		detail: concise, hide: env.Policy.HideRunContent, now: time.Now(),
	}
	report.Sort(view.nodes, view.sortBy)
	return view
}

// Choose brings into view what a call asks for: the page of a category's subtree
// or of the whole report, in an order.
func (v *View) Choose(clusterID uuid.UUID, sortBy report.Order, detail string, page tool.PageArgs) error {
	v.page = page
	if detail == "detailed" {
		v.detail = detailed
	}
	if sortBy != "" {
		v.sortBy = sortBy
	}
	if clusterID != uuid.Nil {
		if v.within = v.Tree.Find(clusterID); v.within == nil {
			return v.NoSuchCluster(clusterID)
		}
		v.nodes = v.within.Subtree()
	}
	report.Sort(v.nodes, v.sortBy)
	return nil
}

// NoSuchCluster refuses a category that the job does not have, and names the
// largest that it has.
func (v *View) NoSuchCluster(id uuid.UUID) error {
	if !v.Job.Status.Done() {
		return tool.RefuseMissing("There is no category %s yet: the job is not finished. Call wait_for_insights_job first.", id)
	}
	if len(v.Tree.Nodes) == 0 {
		return tool.RefuseMissing("There is no category %s: the report holds none at all.", id)
	}
	nodes := slices.Clone(v.Tree.Nodes)
	report.Sort(nodes, report.ByRuns)
	var b strings.Builder
	for _, node := range nodes[:min(len(nodes), 5)] {
		b.WriteString("\n- " + markdown.Quote(node.Name, 80) + ", cluster_id " + node.ID.String())
	}
	return tool.RefuseMissing("There is no category %s in this job. Its largest are:%s\n%s lists all.", id, b.String(), wording.Call("get_insights_job", "session_id", v.Project.ID, "job_id", v.Job.ID))
}

// result shows the page with its first items, and no text longer than most bytes.
func (v *View) result(items, most int) *Result {
	r := &Result{
		Job:       NewJob(&v.Job.Job, v.links, min(MaxText, most)),
		SessionID: v.Project.ID,
		view:      v,
		most:      most,
	}
	if v.Tree.Total > 0 {
		r.NumRuns = &v.Tree.Total
	}
	if !r.Status.Done() {
		r.Progress = v.Progress
		r.RetryAfterSeconds = int(max(lookAgainAfter(v.now.Sub(r.CreatedAt.Time)), v.LookAgain).Seconds())
	}
	from := min(v.page.Offset, len(v.nodes))
	to := min(from+items, len(v.nodes))
	if to < len(v.nodes) {
		r.NextOffset = to
	}
	if total := len(v.nodes); total > 0 || r.Status.Done() {
		r.TotalClusters = &total
	}
	cut := markdown.Shortener{Max: most}
	r.nodes = v.nodes[from:to]
	r.Clusters = make([]Cluster, len(r.nodes))
	for i, node := range r.nodes {
		r.Clusters[i] = v.cluster(node, &cut)
	}
	r.cut = cut.Shortened
	if v.report != nil {
		r.Report, r.cut = v.report, r.cut || v.report.cut
	}
	return r
}

func (v *View) cluster(node *report.Node, cut *markdown.Shortener) Cluster {
	listed := Cluster{
		ID:          node.ID,
		Name:        cut.Text(node.Name, v.detail.Name),
		Description: cut.Text(node.Description, v.descriptionLength()),
		NumRuns:     node.Runs,
		Stats:       v.detail.Stats(node.Stats, cut),
	}
	if node.Parent != nil {
		listed.ParentID = node.Parent.ID
	}
	if share, ok := v.Tree.Share(node); ok {
		share = wording.Round4(share)
		listed.Share = &share
	}
	return listed
}

// summarized is the part of the report's own words that belongs to what is in
// view: all of them, or the traces of one subtree. There are at most so many key
// points and traces in it, and no text is longer than chars.
// no more than so many key points and traces, and no text longer than chars.
func (v *View) summarized(items, chars int) *Report {
	whole, cut, listed := v.Job.Summary, &markdown.Shortener{Max: chars}, &Report{}
	if v.within == nil {
		listed.Title = cut.Text(whole.Title, longestTitle)
		shown := whole.KeyPoints[:min(len(whole.KeyPoints), v.detail.keyPoints, items)]
		for _, point := range shown {
			listed.KeyPoints = append(listed.KeyPoints, cut.Text(point, v.detail.keyPoint))
		}
		listed.LeftOut += len(whole.KeyPoints) - len(shown)
	}
	for _, run := range v.highlighted() {
		if len(listed.Highlighted) == min(v.detail.highlights, items) {
			listed.LeftOut++
			continue
		}
		shown := HighlightedRun{
			RunID: run.RunID, ClusterID: run.ClusterID, ClusterName: cut.Text(run.ClusterName, v.detail.Name), Rank: run.Rank,
			Reason: cut.Text(run.Reason, v.detail.reason), URL: v.links.Run(run.RunID),
		}
		if !v.hide {
			shown.Summary = cut.Text(run.Summary, v.detail.summary)
		}
		listed.Highlighted = append(listed.Highlighted, shown)
	}
	listed.cut = cut.Shortened
	return listed
}

// highlighted lists the traces worth opening that are in view, best first.
func (v *View) highlighted() []langsmith.HighlightedRun {
	var runs []langsmith.HighlightedRun
	for _, run := range v.Job.Summary.Highlighted {
		node := v.Tree.Find(run.ClusterID)
		if v.within != nil && !node.Within(v.within) {
			continue
		}
		if node != nil && run.ClusterName == "" {
			run.ClusterName = node.Name
		}
		runs = append(runs, run)
	}
	slices.SortStableFunc(runs, func(a, b langsmith.HighlightedRun) int { return a.Rank - b.Rank })
	return runs
}

// lookAgainAfter says when it is worth looking again at a job of this age: soon
// while it is young, as it may fail early, and then as official clients do.
func lookAgainAfter(age time.Duration) time.Duration {
	if age < time.Minute {
		return 10 * time.Second
	}
	return 30 * time.Second
}
