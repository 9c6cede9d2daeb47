package tools

import (
	"slices"
	"sync"

	"langsmith-insights-mcp/tools/tool"
)

// All returns every tool, in the order of tools/list.
func All() []tool.Tool { return slices.Clone(defineAll()) }

// defineAll defines the tools once, because deriving their schemas takes most of the start
// time. In goroutines they were ready no sooner on two cores, and took more CPU.
var defineAll = sync.OnceValue(func() []tool.Tool {
	return []tool.Tool{
		createInsightsJob(),
		listInsightsJobs(),
		getInsightsJob(),
		waitForInsightsJob(),
		renameInsightsJob(),
		deleteInsightsJob(),
		listInsightsRuns(),
		compareInsightsJobs(),
		listInsightsConfigs(),
		generateInsightsConfig(),
		createInsightsConfig(),
		updateInsightsConfig(),
		deleteInsightsConfig(),
		listProjects(),
		getRun(),
		addInsightsRunsToDataset(),
		addInsightsRunsToAnnotationQueue(),
		analyzeChatHistories(),
	}
})
