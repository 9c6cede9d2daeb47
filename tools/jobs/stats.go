package jobs

import (
	"encoding/json"
	"maps"
	"slices"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// Figure is a statistic of categories as a column of a table.
type Figure struct{ key, Title string }

// Figures lists the figures that any of the statistics hold.
func Figures(stats []map[string]any) []Figure {
	figures := []Figure{{langsmith.StatErrorRate, "errors"}, {langsmith.StatLatencyP50, "latency p50"}, {langsmith.StatCostP50, "cost p50"}}
	return slices.DeleteFunc(figures, func(f Figure) bool {
		return !slices.ContainsFunc(stats, func(s map[string]any) bool { return s[f.key] != nil })
	})
}

// Of returns the figure in statistics, nil where it is missing.
func (f Figure) Of(stats map[string]any) *float64 {
	value, ok := stats[f.key].(float64)
	if !ok {
		return nil
	}
	return &value
}

func (f Figure) Write(value float64) string {
	switch f.key {
	case langsmith.StatErrorRate:
		return wording.Percent(value)
	case langsmith.StatLatencyP50:
		return wording.Seconds(value)
	}
	return wording.USD(value)
}

// Stats are the figures that every report shows, or all that are short.
func (d Detail) Stats(stats langsmith.Stats, cut *markdown.Shortener) map[string]any {
	shown := map[string]any{}
	for _, key := range []string{langsmith.StatErrorRate, langsmith.StatLatencyP50, langsmith.StatCostP50} {
		if value, ok := stats.Number(key); ok {
			shown[key] = wording.Significant(value)
		}
	}
	if d.otherStats {
		for _, key := range slices.Sorted(maps.Keys(stats)) {
			if _, known := shown[key]; known || len(shown) >= mostStats || len(key) > longestStat {
				continue
			}
			if value := shortValue(stats[key], cut); value != nil {
				shown[key] = value
			}
		}
	}
	if len(shown) == 0 {
		return nil
	}
	return shown
}

// shortValue shows a statistic of a kind that is not known here, unless it is
// long or nothing.
func shortValue(value any, cut *markdown.Shortener) any {
	switch value := value.(type) {
	case float64:
		return wording.Significant(value)
	case bool:
		return value
	case string:
		return cut.Text(value, longestStat)
	}
	if data, err := json.Marshal(value); value == nil || err != nil || len(data) > longestStat {
		return nil
	}
	return value
}
