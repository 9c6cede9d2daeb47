package samples_test

import (
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/samples"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func TestProjects(t *testing.T) {
	now := time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC)
	for _, p := range samples.Projects(now) {
		var runs []*trace.Run
		roots, failed, rated := 0, 0, 0
		for i := range p.Runs {
			r := &p.Runs[i]
			runs = append(runs, r)
			if r.IsRoot() {
				roots++
				if r.Error != "" {
					failed++
				}
				if r.Feedback != nil {
					rated++
				}
			}
		}
		t.Log(p.Name, len(p.Runs), roots, failed, rated, len(trace.Conversations(runs)))
	}
}
