package tools

import (
	"slices"
	"sync"

	"langsmith-insights-mcp/tools/tool"
)

// All returns every tool, in the order of tools/list.
func All() []tool.Tool { return slices.Clone(defineAll()) }

// defineAll defines the tools once, concurrently, because deriving their schemas takes
// most of the start time.
var defineAll = sync.OnceValue(func() []tool.Tool {
	definitions := []func() tool.Tool{
		createInsightsJob,
		listInsightsJobs,
		getInsightsJob,
		waitForInsightsJob,
		renameInsightsJob,
		deleteInsightsJob,
		listInsightsRuns,
		compareInsightsJobs,
		listInsightsConfigs,
		generateInsightsConfig,
		createInsightsConfig,
		updateInsightsConfig,
		deleteInsightsConfig,
		listProjects,
		getRun,
		addInsightsRunsToDataset,
		addInsightsRunsToAnnotationQueue,
		analyzeChatHistories,
	}
	all := make([]tool.Tool, len(definitions))
	var defining sync.WaitGroup
	for i, define := range definitions {
		defining.Go(func() { all[i] = define() })
	}
	defining.Wait()
	return all
})
