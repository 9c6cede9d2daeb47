package tools

import (
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// figure is a statistic of categories as a column of a table.
type figure struct{ key, title string }

// figuresIn lists the figures that any of the statistics hold.
func figuresIn(stats []map[string]any) []figure {
	figures := []figure{{langsmith.StatErrorRate, "errors"}, {langsmith.StatLatencyP50, "latency p50"}, {langsmith.StatCostP50, "cost p50"}}
	return slices.DeleteFunc(figures, func(f figure) bool {
		return !slices.ContainsFunc(stats, func(s map[string]any) bool { return s[f.key] != nil })
	})
}

// of returns the figure in statistics, nil where it is missing.
func (f figure) of(stats map[string]any) *float64 {
	value, ok := stats[f.key].(float64)
	if !ok {
		return nil
	}
	return &value
}

func (f figure) write(value float64) string {
	switch f.key {
	case langsmith.StatErrorRate:
		return percent(value)
	case langsmith.StatLatencyP50:
		return seconds(value)
	}
	return usd(value)
}

// written writes a value, or a dash where it is missing.
func written[T any](value *T, write func(T) string) string {
	if value == nil {
		return "-"
	}
	return write(*value)
}
