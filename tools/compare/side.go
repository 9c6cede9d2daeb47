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
	scope   *scope.Scope // as remembered; nil where it is not
	tree    *report.Tree
}

// NewSide returns a job that has succeeded as a side of a comparison, with what is
// remembered of its scope; nil for nothing.
func NewSide(project langsmith.Project, job *langsmith.Report, scope *scope.Scope) *Side {
	return &Side{project: project, job: job, scope: scope, tree: report.Build(job.Clusters)}
}

// window returns the time of the traces that the job analysed; zero where it is unknown.
func (s *Side) window() (start, end langsmith.Time) {
	switch {
	case s.scope != nil:
		return s.scope.StartTime, s.scope.EndTime
	case jobs.HasWindow(&s.job.Job):
		return s.job.StartTime, s.job.EndTime
	}
	return start, end
}

// errorRate returns the share of the report's traces that ended in an error; nil
// where a category at the top does not tell.
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
	return new(wording.Significant(failed / float64(s.tree.Total)))
}
