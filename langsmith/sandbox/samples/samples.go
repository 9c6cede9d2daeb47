// Package samples generates the sandbox's sample traces: a shop's support assistant in
// production and before release, a research agent, and an experiment. The same time gives
// the same traces.
package samples

import (
	"time"

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
	Experiment  bool   // its runs have reference examples
	Agent       string // the id of the agent, set for an agent's project
	Environment string // of the agent
	Runs        []trace.Run
}

// Projects returns the sample projects, with traces of the two weeks before now.
func Projects(now time.Time) []Project {
	support, research := readScenarios()
	return []Project{
		{
			Name:        ChatProd,
			Description: "The shop's support assistant, in production.",
			Runs: (&generator{
				project: ChatProd, agent: "support-assistant", seed: 1, now: now,
				threads: 0.42, priced: true, rated: 0.35,
			}).generate(support),
		},
		{
			Name:        ChatStaging,
			Description: "The shop's support assistant, before release.",
			Runs: (&generator{
				project: ChatStaging, agent: "support-assistant", seed: 2, now: now,
				threads: 0.2, scale: 0.16,
			}).generate(support),
		},
		{
			Name:        ResearchAgent,
			Description: "An agent that answers questions of market research.",
			Agent:       ResearchAgent,
			Environment: "PRODUCTION",
			Runs: (&generator{
				project: ResearchAgent, agent: "research-agent", seed: 3, now: now,
				priced: true, rated: 0.5, questions: true,
			}).generate(research),
		},
		{
			Name:        Experiment,
			Description: "The support assistant over its regression dataset.",
			Experiment:  true,
			Runs: (&generator{
				project: Experiment, agent: "support-assistant", seed: 4, now: now,
				scale: 0.08, priced: true, experiment: true,
			}).generate(support),
		},
	}
}
