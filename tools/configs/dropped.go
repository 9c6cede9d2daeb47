package configs

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

const (
	maxDropped      = 15  // the maximum number of dropped settings that are named
	maxDroppedValue = 100 // of a dropped setting, in characters
)

// DescribeDropped names the settings of a saved config that new settings do not have: a
// change replaces all of them. It returns an empty text if there are none.
func DescribeDropped(saved json.RawMessage, settings *langsmith.CreateInsightsJobRequest) string {
	var before, after map[string]any
	encoded, err := json.Marshal(settings)
	if err != nil || json.Unmarshal(encoded, &after) != nil || json.Unmarshal(saved, &before) != nil {
		return ""
	}
	if _, given := after["model"]; !given && before["model"] == defaultModel {
		delete(before, "model") // LangSmith adds it again
	}
	DropNulls(before)
	var dropped []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, given := after[name]; !given {
			dropped = append(dropped, markdown.Line(name, markdown.MaxName)+" "+describeSetting(before[name]))
		}
	}
	if len(dropped) == 0 {
		return ""
	}
	if more := len(dropped) - maxDropped; more > 0 {
		dropped = append(dropped[:maxDropped], "and "+wording.Thousands(more)+" more")
	}
	return "config replaces all settings; dropped: " + strings.Join(dropped, ", ") + ". Repeat those to keep them."
}

func describeSetting(value any) string {
	text, isText := value.(string)
	if !isText {
		encoded, _ := json.Marshal(value) // what was decoded from JSON can be encoded
		text = string(encoded)
	}
	if _, isNumber := value.(float64); isNumber {
		return text
	}
	return markdown.Quote(text, maxDroppedValue)
}
