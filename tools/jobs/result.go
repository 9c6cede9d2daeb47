package jobs

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Result is a job with its report.
type Result struct {
	Job
	SessionID         uuid.UUID `json:"session_id"`
	Clusters          []Cluster `json:"clusters"`
	TotalClusters     *int      `json:"total_clusters,omitempty"`
	NextOffset        int       `json:"next_offset,omitempty"`
	Report            *Report   `json:"report,omitempty"`
	RetryAfterSeconds int       `json:"retry_after_seconds,omitempty"`
	tool.Cautions
	tool.NextCall

	view      *View
	nodes     []*report.Node // of Clusters, in the same order
	chars     int            // the maximum length of a text in Clusters, in bytes
	shortened bool           // whether a text was longer
}

// Cluster is one category of a report.
type Cluster struct {
	ID          uuid.UUID      `json:"id,omitzero"`
	ParentID    uuid.UUID      `json:"parent_id,omitzero"` // absent at the top of the tree
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	NumRuns     int            `json:"num_runs"`
	Share       *float64       `json:"share,omitempty"` // of the job's runs, 0 to 1
	Stats       map[string]any `json:"stats,omitempty"`
}

// Report is the Insights Agent's summary of a report.
type Report struct {
	Title       string           `json:"title,omitempty"`
	KeyPoints   []string         `json:"key_points,omitempty"`
	Highlighted []HighlightedRun `json:"highlighted_traces,omitempty"`
	LeftOut     int              `json:"left_out,omitempty"` // key points and traces

	links     tool.Links
	shortened bool // whether a text was longer
}

// HighlightedRun is a trace worth opening.
type HighlightedRun struct {
	RunID       uuid.UUID `json:"run_id,omitzero"`
	ClusterID   uuid.UUID `json:"cluster_id,omitzero"`
	ClusterName string    `json:"cluster_name,omitempty"`
	Rank        int       `json:"rank"`
	Reason      string    `json:"highlight_reason,omitempty"`
	Summary     string    `json:"summary,omitempty"`
	URL         string    `json:"url,omitempty"`
}

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

// result returns the result with the first items of the page, and with texts of at most
// chars bytes.
func (v *View) result(items, chars int) *Result {
	r := &Result{
		Job:       NewJob(&v.job.Job, v.scopes, min(MaxName, chars)),
		SessionID: v.project.ID,
		Report:    v.report,
		Cautions:  tool.Cautions{Caution: v.Caution},
		view:      v,
		chars:     chars,
	}
	r.URL = v.links.Job(v.job.ID)
	if v.tree.Total > 0 {
		r.NumRuns = &v.tree.Total
	}
	if !r.Status.Done() {
		r.RetryAfterSeconds = int(max(retryAfter(v.now.Sub(r.CreatedAt.Time)), v.NextLook).Seconds())
	}
	from := min(v.page.Offset, len(v.nodes))
	to := min(from+items, len(v.nodes))
	if to < len(v.nodes) {
		r.NextOffset = to
	}
	if total := len(v.nodes); total > 0 || r.Status.Done() {
		r.TotalClusters = &total
	}
	cut := markdown.Shortener{Max: chars}
	r.nodes = v.nodes[from:to]
	r.Clusters = make([]Cluster, len(r.nodes))
	for i, node := range r.nodes {
		r.Clusters[i] = v.newCluster(node, &cut)
	}
	r.Next = r.next()
	r.shortened = cut.Shortened || v.report != nil && v.report.shortened
	return r
}

func (v *View) newCluster(node *report.Node, cut *markdown.Shortener) Cluster {
	cluster := Cluster{
		ID:          node.ID,
		Name:        cut.Text(node.Name, v.detail.name),
		Description: cut.Text(node.Description, v.descriptionLength()),
		NumRuns:     node.Runs,
		Stats:       MainStats(node.Stats),
	}
	if v.detail.full {
		cluster.Stats = allStats(node.Stats, cut)
	}
	if node.Parent != nil {
		cluster.ParentID = node.Parent.ID
	}
	if share, ok := v.tree.Share(node); ok {
		share = wording.Rate(share)
		cluster.Share = &share
	}
	return cluster
}

const maxTitle = 200 // characters

// newReport returns the summary of the view: of the whole report, or the traces of one
// subtree. It has at most items key points and items traces, and texts of at most chars
// bytes.
func (v *View) newReport(items, chars int) *Report {
	summary, cut := v.job.Summary, &markdown.Shortener{Max: chars}
	r := &Report{links: v.links}
	if v.within == nil {
		r.Title = cut.Text(summary.Title, maxTitle)
		shown := summary.KeyPoints[:min(len(summary.KeyPoints), v.detail.keyPoints, items)]
		for _, point := range shown {
			r.KeyPoints = append(r.KeyPoints, cut.Text(point, v.detail.keyPoint))
		}
		r.LeftOut += len(summary.KeyPoints) - len(shown)
	}
	for _, run := range v.highlighted() {
		if len(r.Highlighted) == min(v.detail.highlights, items) {
			r.LeftOut++
			continue
		}
		shown := HighlightedRun{
			RunID: run.RunID, ClusterID: run.ClusterID, ClusterName: cut.Text(run.ClusterName, v.detail.name), Rank: run.Rank,
			Reason: cut.Text(run.Reason, v.detail.reason), URL: v.links.Run(run.RunID),
		}
		if !v.hide {
			shown.Summary = cut.Text(run.Summary, v.detail.summary)
		}
		r.Highlighted = append(r.Highlighted, shown)
	}
	r.shortened = cut.Shortened
	return r
}

func (r *Report) isEmpty() bool {
	return r.Title == "" && r.KeyPoints == nil && r.Highlighted == nil
}

// highlighted returns the traces worth opening of the view, best first.
func (v *View) highlighted() []langsmith.HighlightedRun {
	var runs []langsmith.HighlightedRun
	for _, run := range v.job.Summary.Highlighted {
		node := v.tree.Find(run.ClusterID)
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

// retryAfter returns when to look again at a job of an age: soon while it is young, since it
// may fail early, and then as often as official clients do.
func retryAfter(age time.Duration) time.Duration {
	if age < time.Minute {
		return 10 * time.Second
	}
	return 30 * time.Second
}

// MainStats returns the statistics of a category that every result shows, as far as they
// are known: its error rate, latency and cost.
func MainStats(stats langsmith.Stats) map[string]any {
	var shown map[string]any
	for _, key := range []string{langsmith.StatErrorRate, langsmith.StatLatencyP50, langsmith.StatCostP50} {
		if value, ok := stats.Number(key); ok {
			if shown == nil {
				shown = map[string]any{}
			}
			if shown[key] = wording.Significant(value); key == langsmith.StatErrorRate {
				shown[key] = wording.Rate(value)
			}
		}
	}
	return shown
}

const (
	maxStats = 40  // of one category
	maxStat  = 200 // bytes of a statistic's name, and of its value
)

// allStats returns the statistics of a category that are not too long to show.
func allStats(stats langsmith.Stats, cut *markdown.Shortener) map[string]any {
	shown := MainStats(stats)
	for _, key := range slices.Sorted(maps.Keys(stats)) {
		if _, known := shown[key]; known || len(shown) >= maxStats || len(key) > maxStat {
			continue
		}
		if value := showValue(stats[key], cut); value != nil {
			if shown == nil {
				shown = map[string]any{}
			}
			shown[key] = value
		}
	}
	return shown
}

// showValue returns a statistic for a result, nil if it is null or too long.
func showValue(value any, cut *markdown.Shortener) any {
	switch value := value.(type) {
	case float64:
		return wording.Significant(value)
	case bool:
		return value
	case string:
		return cut.Text(value, maxStat)
	}
	if data, err := json.Marshal(value); value == nil || err != nil || len(data) > maxStat {
		return nil
	}
	return value
}
