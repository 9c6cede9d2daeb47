package jobs

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
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
