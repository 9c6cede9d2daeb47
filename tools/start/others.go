package start

import (
	"slices"
	"strings"

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

// otherJobs are the project's other jobs: those whose window and filter cover what a job
// would read, and the rest.
type otherJobs struct {
	covering, rest []langsmith.Job
	scopes         *scope.Memory
}

func (j *Job) splitOthers(others []langsmith.Job, reads *scope.Scope) otherJobs {
	split := otherJobs{scopes: j.scopes}
	split.covering = slices.DeleteFunc(slices.Clone(others), func(other langsmith.Job) bool {
		if jobs.ScopeOf(&other, j.scopes).Covers(reads) {
			return false
		}
		split.rest = append(split.rest, other)
		return true
	})
	return split
}

const (
	ofCovering = "Over all of this window with this filter, so they may answer the question at no cost:"
	ofRest     = "Other jobs of the project, unfinished or of the last day:"
)

// write lists the jobs, first those that cover what a job would read. It writes nothing
// for none.
func (o otherJobs) write(b *strings.Builder) {
	if len(o.covering) > 0 {
		b.WriteString(ofCovering + "\n")
		jobs.WriteList(b, o.covering, o.scopes, maxCovering)
	}
	if len(o.rest) > 0 {
		b.WriteString(ofRest + "\n")
		jobs.WriteList(b, o.rest, o.scopes, maxOthers)
	}
}

// names names the jobs that write lists.
func (o otherJobs) names() []string {
	var names []string
	if len(o.covering) > 0 {
		names = append(names, ofCovering+" "+jobs.ListNames(o.covering, maxCovering)+".")
	}
	if len(o.rest) > 0 {
		names = append(names, ofRest+" "+jobs.ListNames(o.rest, maxOthers)+".")
	}
	return names
}
