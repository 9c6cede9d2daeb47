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

// splitOthers returns the project's other jobs whose window and filter cover what a job
// would read, and the rest.
func (j *Job) splitOthers(others []langsmith.Job, reads *scope.Scope) (covering, rest []langsmith.Job) {
	for _, other := range others {
		if jobs.ScopeOf(&other, j.scopes).Covers(reads) {
			covering = append(covering, other)
		} else {
			rest = append(rest, other)
		}
	}
	return covering, rest
}

const (
	ofCovering = "Of this window and filter, so they may answer the question at no cost:"
	ofRest     = "Other jobs of the project, unfinished or of the last day:"
)

// describeOthers lists the project's other jobs: first those that cover what a job would
// read, then the rest. It is empty for none.
func (j *Job) describeOthers(others []langsmith.Job, reads *scope.Scope) string {
	covering, rest := j.splitOthers(others, reads)
	var text string
	if len(covering) > 0 {
		text += ofCovering + "\n" + jobs.WriteList(covering, j.scopes, maxCovering)
	}
	if len(rest) > 0 {
		text += ofRest + "\n" + jobs.WriteList(rest, j.scopes, maxOthers)
	}
	return text
}

// cautionOthers names the jobs that describeOthers lists.
func (j *Job) cautionOthers(others []langsmith.Job, reads *scope.Scope) []string {
	covering, rest := j.splitOthers(others, reads)
	var caution []string
	if len(covering) > 0 {
		caution = append(caution, ofCovering+" "+jobs.Name(covering, maxCovering)+".")
	}
	if len(rest) > 0 {
		caution = append(caution, ofRest+" "+jobs.Name(rest, maxOthers)+".")
	}
	return caution
}
