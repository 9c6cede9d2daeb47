// Package samples makes up the sandbox's sample traces, deterministically.
package samples

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// The sample projects.
const (
	ChatProd      = "chat-prod"
	ChatStaging   = "chat-staging"
	ResearchAgent = "research-agent"
	Experiment    = "chat-regression-2"
)

// Project is a sample project with its runs.
type Project struct {
	Name        string
	Description string
	Experiment  bool
	Runs        []trace.Run
}

// Projects makes the sample projects, their traces in the two weeks before now.
func Projects(now time.Time) []Project {
	projects := []Project{
		{Name: ChatProd, Description: "The shop's support assistant, in production."},
		{Name: ChatStaging, Description: "The shop's support assistant, before release."},
		{Name: ResearchAgent, Description: "An agent that answers market research questions."},
		{Name: Experiment, Description: "The support assistant over its regression dataset.", Experiment: true},
	}
	for i := range projects {
		for n := range 10 {
			id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%d", projects[i].Name, n))
			start := now.Add(-time.Duration(n+1) * time.Hour)
			projects[i].Runs = append(projects[i].Runs, trace.Run{
				ID: id, TraceID: id, Name: "support-assistant", Type: trace.Chain, Status: trace.Success,
				Start: start, End: start.Add(2 * time.Second),
				Inputs: map[string]any{"messages": []any{map[string]any{"role": "user", "content": "Where is my refund?"}}},
			})
		}
	}
	return projects
}
