package start

import (
	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/scope"
)

// The maximum numbers of a project's other jobs in a list: of those that may answer the
// question, and of the rest.
const (
	maxCovering = 5
	maxOthers   = 3
)

// describeOthers lists the project's other jobs: first those whose window and filter
// cover what a job would read, then the rest. It is empty for none.
func (j *Job) describeOthers(others []langsmith.Job, reads *scope.Scope) string {
	var covering, rest []langsmith.Job
	for _, other := range others {
		if jobs.ScopeOf(&other, j.scopes).Covers(reads) {
			covering = append(covering, other)
		} else {
			rest = append(rest, other)
		}
	}
	var text string
	if len(covering) > 0 {
		text += "Of this window and filter, so they may answer the question at no cost:\n" + jobs.WriteList(covering, j.scopes, maxCovering)
	}
	if len(rest) > 0 {
		text += "Other jobs of the project, unfinished or of the last day:\n" + jobs.WriteList(rest, j.scopes, maxOthers)
	}
	return text
}
