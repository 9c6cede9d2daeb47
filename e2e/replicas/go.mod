module langsmith-insights-mcp/e2e/replicas

go 1.26.8

require (
	github.com/google/uuid v1.6.0
	langsmith-insights-mcp v0.0.0
)

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/kljensen/snowball v0.10.0 // indirect
	github.com/netresearch/go-cron v0.9.1 // indirect
)

replace langsmith-insights-mcp => ../..
