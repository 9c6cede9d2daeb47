package jobs

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/tool"
)

// wideReport returns a report with size categories, twenty of them at the top, in which
// every text has 3,000 characters.
func wideReport(size int, filler string) *langsmith.Report {
	text := string([]rune(strings.Repeat(filler, 3000))[:3000])
	id := func(i int) uuid.UUID { return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)) }
	job := &langsmith.Report{Job: langsmith.Job{ID: id(-1), Name: text, Error: text, Status: "success"}}
	job.Summary = &langsmith.Summary{Title: text}
	for i := range size {
		cluster := langsmith.Cluster{ID: id(i), Name: text, Description: text, NumRuns: 5000 - i}
		cluster.Stats = langsmith.Stats{"error_rate": float64(i%50) / 49, "latency_p50": 1.234567, "cost_p50": "0.00123456", text: text}
		if i >= 20 {
			cluster.ParentID, cluster.NumRuns = id(i%20), 10
		}
		job.Clusters = append(job.Clusters, cluster)
	}
	for i := range 40 {
		job.Summary.KeyPoints = append(job.Summary.KeyPoints, text)
		job.Summary.Highlighted = append(job.Summary.Highlighted, langsmith.HighlightedRun{
			RunID: id(i), ClusterID: id(i), ClusterName: text, Rank: i, Reason: text, Summary: text,
		})
	}
	return job
}

// viewOf returns a view of a job whose project has a real URL.
func viewOf(job *langsmith.Report) *View {
	endpoint, _ := langsmith.ParseEndpoint("https://eu.api.smith.langchain.com")
	project := langsmith.Project{ID: uuid.Max}
	tree := report.Build(job.Clusters)
	return &View{
		job: job, project: project, links: tool.NewLinks(endpoint, uuid.Max, uuid.Max), tree: tree,
		nodes: tree.Nodes, sortBy: report.ByRuns, detail: concise, now: time.Unix(1_800_000_000, 0),
	}
}

// viewArgs are arguments of get_insights_job.
type viewArgs struct {
	ClusterID string
	SortBy    report.Order
	Detail    string
	tool.PageArgs
}

// Every category of a report can be reached, whatever its size and script. No page exceeds
// its budget, and none has only a few categories.
func TestEveryPageFitsItsBudget(t *testing.T) {
	limit100 := tool.PageArgs{Limit: 100}
	for _, c := range []struct {
		name, filler string
		size         int
		fewest       [4]int // categories on a page that has a next one
	}{
		{"ascii", "words of text ", 400, [4]int{9, 9, 9, 30}},
		{"many", "words of text ", 2000, [4]int{9, 9, 9, 30}},
		{"japanese", "返金の遅延", 400, [4]int{9, 9, 9, 30}},
		{"emoji", "🙂", 400, [4]int{9, 9, 9, 30}},
		{"markdown", "`|<[\"\\", 400, [4]int{5, 5, 8, 25}},
		{"markup", "<&>\u0001", 400, [4]int{2, 2, 5, 20}}, // six bytes each as JSON
		{"invisible", "\u200B\u202E", 400, [4]int{9, 9, 9, 30}},
	} {
		if testing.Short() && c.name != "markup" {
			continue
		}
		job := wideReport(c.size, c.filler)
		for i, args := range []viewArgs{
			{},
			{SortBy: report.ByCost, PageArgs: limit100},
			{Detail: "detailed"},
			{Detail: "detailed", PageArgs: limit100},
		} {
			if i == 1 && c.name != "ascii" {
				continue
			}
			t.Run(fmt.Sprintf("%s %d", c.name, i), func(t *testing.T) {
				budget := [4]int{tool.ConciseBudget, tool.ConciseBudget, tool.DefaultBudget, tool.LargestBudget}[i]
				walkPages(t, job, args, budget, c.fewest[i])
			})
		}
		t.Run(c.name+" subtree", func(t *testing.T) {
			walkPages(t, job, viewArgs{Detail: "detailed", ClusterID: job.Clusters[3].ID.String()}, tool.DefaultBudget, 5)
		})
		t.Run(c.name+" one", func(t *testing.T) {
			walkPages(t, job, viewArgs{Detail: "detailed", ClusterID: job.Clusters[333].ID.String()}, tool.DefaultBudget, 1)
		})
	}
}

func fitResult(view *View) (tool.Reply, error) {
	resizable, err := view.Resizable()
	if err != nil {
		return tool.Reply{}, err
	}
	_, reply, err := resizable.Fit()
	return reply, err
}

func walkPages(t *testing.T, job *langsmith.Report, args viewArgs, budget, fewest int) {
	seen := map[uuid.UUID]bool{}
	for {
		view := viewOf(job)
		if err := view.Select(args.ClusterID, args.SortBy, args.Detail, args.PageArgs); err != nil {
			t.Fatal(err)
		}
		reply, err := fitResult(view)
		if err != nil {
			t.Fatalf("offset %d: %v", args.Offset, err)
		}
		if max(len(reply.Structured), len(reply.Text)) >= budget || !utf8.ValidString(reply.Text) || strings.ContainsRune(reply.Text, utf8.RuneError) {
			t.Errorf("offset %d: %d bytes of text, %d of structure", args.Offset, len(reply.Text), len(reply.Structured))
		}
		var page struct {
			Clusters   []Cluster
			NextOffset int `json:"next_offset"`
			Total      int `json:"total_clusters"`
		}
		if err := json.Unmarshal(reply.Structured, &page); err != nil {
			t.Fatal(err)
		}
		for _, cluster := range page.Clusters {
			seen[cluster.ID] = true
		}
		if page.NextOffset == 0 {
			if len(seen) != page.Total || len(seen) != len(view.nodes) {
				t.Errorf("%d of %d categories were seen, of which %d are in view", len(seen), page.Total, len(view.nodes))
			}
			return
		}
		if len(page.Clusters) < fewest {
			t.Errorf("offset %d: a page of %d categories", args.Offset, len(page.Clusters))
		}
		if !strings.Contains(reply.Text, fmt.Sprintf("offset=%d", page.NextOffset)) {
			t.Errorf("offset %d: the text does not say how to go on at %d", args.Offset, page.NextOffset)
		}
		args.Offset = page.NextOffset
	}
}

func BenchmarkReport(b *testing.B) {
	for _, size := range []int{400, 2000} {
		job := wideReport(size, "words of text ")
		for _, detail := range []string{"concise", "detailed"} {
			b.Run(fmt.Sprintf("%d %s", size, detail), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					view := viewOf(job)
					if err := view.Select("", "", detail, tool.PageArgs{}); err != nil {
						b.Fatal(err)
					}
					if _, err := fitResult(view); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
