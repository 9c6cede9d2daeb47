package tools

// All returns every tool, in the order an agent meets them.
func All() []Tool {
	return []Tool{
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
