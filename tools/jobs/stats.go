package jobs

import (
	"encoding/json"
	"maps"
	"slices"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// MainStats returns the statistics of a category that every result shows, as far as they
// are known: its error rate, latency and cost.
func MainStats(stats langsmith.Stats) map[string]any {
	var shown map[string]any
	for _, key := range []string{langsmith.StatErrorRate, langsmith.StatLatencyP50, langsmith.StatCostP50} {
		if value, ok := stats.Number(key); ok {
			if shown == nil {
				shown = map[string]any{}
			}
			if shown[key] = wording.Significant(value); key == langsmith.StatErrorRate {
				shown[key] = wording.Rate(value)
			}
		}
	}
	return shown
}

const (
	maxStats = 40  // of one category
	maxStat  = 200 // bytes of a statistic's name, and of its value
)

// allStats returns the statistics of a category that are not too long to show.
func allStats(stats langsmith.Stats, cut *markdown.Shortener) map[string]any {
	shown := MainStats(stats)
	for _, key := range slices.Sorted(maps.Keys(stats)) {
		if _, known := shown[key]; known || len(shown) >= maxStats || len(key) > maxStat {
			continue
		}
		if value := showValue(stats[key], cut); value != nil {
			if shown == nil {
				shown = map[string]any{}
			}
			shown[key] = value
		}
	}
	return shown
}

// showValue returns a statistic for a result, nil if it is null or too long.
func showValue(value any, cut *markdown.Shortener) any {
	switch value := value.(type) {
	case float64:
		return wording.Significant(value)
	case bool:
		return value
	case string:
		return cut.Text(value, maxStat)
	}
	if data, err := json.Marshal(value); value == nil || err != nil || len(data) > maxStat {
		return nil
	}
	return value
}

// StatColumn is a statistic as a column of a table.
type StatColumn struct {
	markdown.Column
	key   string
	write func(float64) string
}

// StatColumns returns a column for each main statistic that any category has.
func StatColumns(categories []map[string]any) []StatColumn {
	columns := []StatColumn{
		{markdown.Column{Title: "errors", Right: true}, langsmith.StatErrorRate, wording.Percent},
		{markdown.Column{Title: "latency p50", Right: true}, langsmith.StatLatencyP50, wording.Seconds},
		{markdown.Column{Title: "cost p50", Right: true}, langsmith.StatCostP50, wording.USD},
	}
	return slices.DeleteFunc(columns, func(c StatColumn) bool {
		return !slices.ContainsFunc(categories, func(stats map[string]any) bool { return c.Value(stats) != nil })
	})
}

// Value returns the column's statistic, nil if a category does not have it.
func (c StatColumn) Value(stats map[string]any) *float64 {
	value, ok := stats[c.key].(float64)
	if !ok {
		return nil
	}
	return &value
}

// Write writes a value of the column.
func (c StatColumn) Write(value float64) string { return c.write(value) }
