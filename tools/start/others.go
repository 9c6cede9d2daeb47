package start

import (
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/paid"
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
	covering, rest = make([]langsmith.Job, 0, paid.MostOthers), make([]langsmith.Job, 0, paid.MostOthers)
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
	ofCovering = "With this window and filter, so they may answer the question at no cost:"
	ofRest     = "Other jobs of the project, unfinished or of the last day:"
)

// writeOthers lists the project's other jobs: first those that cover what a job would
// read, then the rest. It writes nothing for none.
func (j *Job) writeOthers(b *strings.Builder, others []langsmith.Job, reads *scope.Scope) {
	covering, rest := j.splitOthers(others, reads)
	if len(covering) > 0 {
		b.WriteString(ofCovering + "\n")
		jobs.WriteList(b, covering, j.scopes, maxCovering)
	}
	if len(rest) > 0 {
		b.WriteString(ofRest + "\n")
		jobs.WriteList(b, rest, j.scopes, maxOthers)
	}
}

// nameOthers names the jobs that writeOthers lists.
func (j *Job) nameOthers(others []langsmith.Job, reads *scope.Scope) []string {
	covering, rest := j.splitOthers(others, reads)
	var caution []string
	if len(covering) > 0 {
		caution = append(caution, ofCovering+" "+jobs.ListNames(covering, maxCovering)+".")
	}
	if len(rest) > 0 {
		caution = append(caution, ofRest+" "+jobs.ListNames(rest, maxOthers)+".")
	}
	return caution
}
