package tools

import (
	"langsmith-insights-mcp/tools/tool"
)

// All returns every tool, in the order an agent meets them.
func All() []tool.Tool {
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
}
