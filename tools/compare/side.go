package compare

import (
	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/wording"
)

// Side is one of the two jobs of a comparison.
type Side struct {
	project langsmith.Project
	job     *langsmith.Report
	tree    *report.Tree
	scope   *scope.Scope // nil if unknown
}

// NewSide returns a job that has succeeded as a side of a comparison.
func NewSide(project langsmith.Project, job *langsmith.Report, known *scope.Memory) *Side {
	return &Side{project: project, job: job, tree: report.Build(job.Clusters), scope: jobs.ScopeOf(&job.Job, known)}
}

// errorRate returns the share of the report's traces that ended in an error, nil if a top
// category has no error rate.
func (s *Side) errorRate() *float64 {
	if s.tree.Total == 0 {
		return nil
	}
	var failed float64
	for _, root := range s.tree.Roots {
		rate, known := root.Stats.Number(langsmith.StatErrorRate)
		if !known && root.Runs > 0 {
			return nil
		}
		failed += rate * float64(root.Runs)
	}
	return new(wording.Rate(failed / float64(s.tree.Total)))
}
