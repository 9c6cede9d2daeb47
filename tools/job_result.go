package tools

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/report"
)

// jobResult is a job with its report, as get_insights_job and
// wait_for_insights_job give it.
type jobResult struct {
	insightsJob
	SessionID         uuid.UUID       `json:"session_id"`
	Clusters          []listedCluster `json:"clusters"`
	TotalClusters     *int            `json:"total_clusters,omitempty"`
	NextOffset        int             `json:"next_offset,omitempty"`
	Report            *listedReport   `json:"report,omitempty"`
	RetryAfterSeconds int             `json:"retry_after_seconds,omitempty"`

	// Progress is how an unfinished job goes, in words; empty for the usual ones.
	Progress string `json:"-"`

	view  *jobView
	nodes []*report.Node // of Clusters, in their order
	most  int            // bytes of any text
	cut   bool           // whether a text in it was shortened
}

// listedCluster is one category of a report.
type listedCluster struct {
	ID          uuid.UUID      `json:"id"`
	ParentID    uuid.UUID      `json:"parent_id,omitzero"` // as the tree is shown: absent at the top
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	NumRuns     int            `json:"num_runs"`
	Share       *float64       `json:"share,omitempty"` // of the job's runs, 0 to 1
	Stats       map[string]any `json:"stats,omitempty"`
}

// listedReport is what the Insights Agent wrote about a report as a whole.
type listedReport struct {
	Title       string           `json:"title,omitempty"`
	KeyPoints   []string         `json:"key_points,omitempty"`
	Highlighted []highlightedRun `json:"highlighted_traces,omitempty"`
	LeftOut     int              `json:"left_out,omitempty"` // key points and traces that detail=detailed shows

	cut bool // whether a text in it was shortened
}

func (r *listedReport) empty() bool {
	return r.Title == "" && r.KeyPoints == nil && r.Highlighted == nil
}

// highlightedRun is a trace that a report holds worth opening.
type highlightedRun struct {
	RunID       uuid.UUID `json:"run_id"`
	ClusterID   uuid.UUID `json:"cluster_id,omitzero"`
	ClusterName string    `json:"cluster_name,omitempty"`
	Rank        int       `json:"rank"`
	Reason      string    `json:"highlight_reason,omitempty"`
	Summary     string    `json:"summary,omitempty"`
	URL         string    `json:"url,omitempty"`
}

// jobView is what one call wants to see of a job.
type jobView struct {
	job     *langsmith.Report
	project langsmith.Project
	links   links
	tree    *report.Tree
	within  *report.Node   // only its subtree; nil for the whole report
	nodes   []*report.Node // every category in view, sorted
	sortBy  report.Order
	page    PageArgs
	detail  reportDetail
	report  *listedReport // the report's own words; nil for none
	hide    bool          // leave out what runs contain
	now     time.Time

	// Of an unfinished job that was waited for.
	progress  string        // how it goes, in words
	lookAgain time.Duration // when it is worth looking again; 0 where its age alone says
}

func viewJob(ctx context.Context, env *Env, project langsmith.Project, job *langsmith.Report) *jobView {
	return &jobView{
		job: job, project: project, links: env.links(ctx, project), tree: report.Build(job.Clusters),
		detail: concise, hide: env.Policy.HideRunContent, now: time.Now(),
	}
}

// show chooses which categories are in view, and their order.
func (v *jobView) show(within *report.Node, sortBy report.Order) {
	v.within, v.sortBy, v.nodes = within, sortBy, slices.Clone(v.tree.Nodes)
	if within != nil {
		v.nodes = within.Subtree()
	}
	report.Sort(v.nodes, sortBy)
}

// result shows the page with its first items, and no text longer than most bytes.
func (v *jobView) result(items, most int) *jobResult {
	r := &jobResult{
		insightsJob: newInsightsJob(&v.job.Job, v.links, min(longestJobText, most)),
		SessionID:   v.project.ID,
		view:        v,
		most:        most,
	}
	if v.tree.Total > 0 {
		r.NumRuns = &v.tree.Total
	}
	if !r.Status.Done() {
		r.Progress = v.progress
		r.RetryAfterSeconds = int(max(lookAgainAfter(v.now.Sub(r.CreatedAt.Time)), v.lookAgain).Seconds())
	}
	from := min(v.page.Offset, len(v.nodes))
	to := min(from+items, len(v.nodes))
	if to < len(v.nodes) {
		r.NextOffset = to
	}
	if total := len(v.nodes); total > 0 || r.Status.Done() {
		r.TotalClusters = &total
	}
	cut := cutter{chars: most}
	r.nodes = v.nodes[from:to]
	r.Clusters = make([]listedCluster, len(r.nodes))
	for i, node := range r.nodes {
		r.Clusters[i] = v.cluster(node, &cut)
	}
	r.cut = cut.did
	if v.report != nil {
		r.Report, r.cut = v.report, r.cut || v.report.cut
	}
	return r
}

func (v *jobView) cluster(node *report.Node, cut *cutter) listedCluster {
	listed := listedCluster{
		ID:          node.ID,
		Name:        cut.to(node.Name, v.detail.name),
		Description: cut.to(node.Description, v.descriptionLength()),
		NumRuns:     node.Runs,
		Stats:       v.detail.stats(node.Stats, cut),
	}
	if node.Parent != nil {
		listed.ParentID = node.Parent.ID
	}
	if share, ok := v.tree.Share(node); ok {
		share = round4(share)
		listed.Share = &share
	}
	return listed
}

// summarized is the part of the report's own words that belongs to what is in
// view: all of them, or the traces of one subtree. There are at most so many key
// points and traces in it, and no text is longer than chars.
// no more than so many key points and traces, and no text longer than chars.
func (v *jobView) summarized(items, chars int) *listedReport {
	whole, cut, listed := v.job.Summary, &cutter{chars: chars}, &listedReport{}
	if v.within == nil {
		listed.Title = cut.to(whole.Title, longestTitle)
		shown := whole.KeyPoints[:min(len(whole.KeyPoints), v.detail.keyPoints, items)]
		for _, point := range shown {
			listed.KeyPoints = append(listed.KeyPoints, cut.to(point, v.detail.keyPoint))
		}
		listed.LeftOut += len(whole.KeyPoints) - len(shown)
	}
	for _, run := range v.highlighted() {
		if len(listed.Highlighted) == min(v.detail.highlights, items) {
			listed.LeftOut++
			continue
		}
		shown := highlightedRun{
			RunID: run.RunID, ClusterID: run.ClusterID, ClusterName: cut.to(run.ClusterName, v.detail.name), Rank: run.Rank,
			Reason: cut.to(run.Reason, v.detail.reason), URL: v.links.run(run.RunID),
		}
		if !v.hide {
			shown.Summary = cut.to(run.Summary, v.detail.summary)
		}
		listed.Highlighted = append(listed.Highlighted, shown)
	}
	listed.cut = cut.did
	return listed
}

// highlighted lists the traces worth opening that are in view, best first.
func (v *jobView) highlighted() []langsmith.HighlightedRun {
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

// lookAgainAfter says when it is worth looking again at a job of this age: soon
// while it is young, as it may fail early, and then as official clients do.
func lookAgainAfter(age time.Duration) time.Duration {
	if age < time.Minute {
		return 10 * time.Second
	}
	return 30 * time.Second
}
