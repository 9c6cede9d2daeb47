package sandbox

import (
	"fmt"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// figures are the statistics of a project over all of its root runs.
//
// Unknown: over which runs LangSmith computes them.
type figures struct {
	RunCount     int        `json:"run_count"`
	LatencyP50   *float64   `json:"latency_p50"`
	LatencyP99   *float64   `json:"latency_p99"`
	ErrorRate    *float64   `json:"error_rate"`
	TotalTokens  int        `json:"total_tokens"`
	PromptTokens int        `json:"prompt_tokens"`
	Completion   int        `json:"completion_tokens"`
	TotalCost    *string    `json:"total_cost"`
	LastRunStart *timestamp `json:"last_run_start_time"`

	last time.Time
}

type sessionFigures struct {
	sessionView
	figures
}

func (ws *workspace) sessionWithFigures(p *project, now time.Time) sessionFigures {
	return sessionFigures{sessionView: ws.session(p), figures: p.figures(now)}
}

func (p *project) figures(now time.Time) figures {
	var f figures
	var latencies []float64
	var cost float64
	var failed, priced int
	for _, r := range p.visibleRuns(now) {
		if !r.IsRoot() {
			continue
		}
		f.RunCount++
		f.PromptTokens += r.PromptTokens
		f.Completion += r.CompletionTokens
		if r.Error != "" {
			failed++
		}
		if r.Cost != nil {
			cost += *r.Cost
			priced++
		}
		if took, ended := r.Latency(); ended {
			latencies = append(latencies, took.Seconds())
		}
		if r.Start.After(f.last) {
			f.last = r.Start
		}
	}
	f.TotalTokens = f.PromptTokens + f.Completion
	f.LastRunStart = timestampOrNil(f.last)
	if f.RunCount > 0 {
		rate := float64(failed) / float64(f.RunCount)
		f.ErrorRate = &rate
	}
	if priced > 0 {
		f.TotalCost = formatCost(&cost)
	}
	f.LatencyP50, f.LatencyP99 = quantile(latencies, 0.5), quantile(latencies, 0.99)
	return f
}

// quantile returns nil without values.
func quantile(values []float64, p float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	q := trace.Quantile(values, p)
	return &q
}

// formatCost writes a cost as the API does, as a decimal string.
func formatCost(cost *float64) *string {
	if cost == nil {
		return nil
	}
	text := fmt.Sprintf("%.6f", *cost)
	return &text
}
