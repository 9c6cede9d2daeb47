package report

import (
	"slices"
	"strconv"
	"strings"

	"langsmith-insights-mcp/langsmith/sandbox/clustering"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// extractAttributes reads the requested attributes out of a run. Where LangSmith
// asks a model, this takes the metadata field of the name; without one, it judges a
// boolean, counts turns, and takes the title for a string. Other numbers are missing.
func extractAttributes(schemas map[string]any, r *trace.Run) map[string]any {
	values := make(map[string]any)
	for name, schema := range schemas {
		fields, _ := schema.(map[string]any)
		about, _ := fields["description"].(string)
		held, kind := r.Metadata[name], fields["type"]
		flag, isFlag := held.(bool)
		number, isNumber := held.(float64)
		text, isText := held.(string)
		switch {
		case kind == "boolean" && isFlag:
			values[name] = flag
		case kind == "boolean":
			values[name] = judge(name, about, r)
		case kind == "number" && isNumber:
			values[name] = number
		case kind == "number" && name == "turns":
			values[name] = float64(len(r.Messages()))
		case kind == "string" && isText:
			values[name] = text
		case kind == "string" && title(r) != "":
			values[name] = title(r)
		}
	}
	return values
}

// judge answers a boolean by its name where a run shows it, else by whether the run
// has a word of the name, or of the description where the name says nothing.
func judge(name, about string, r *trace.Run) bool {
	switch name {
	case "resolved":
		return r.Error == "" && countRepeats(r) < 2 && len(r.Outputs) > 0
	case "frustrated":
		return countRepeats(r) > 1
	}
	asked := clustering.Stems(strings.ReplaceAll(name, "_", " "))
	if len(asked) == 0 {
		asked = clustering.Stems(about)
	}
	said := clustering.Stems(comparedText(r, nil))
	return slices.ContainsFunc(asked, func(stem string) bool { return slices.Contains(said, stem) })
}

// passesAttributes reports whether every attribute to filter by is true.
func passesAttributes(schemas, values map[string]any) bool {
	for name, schema := range schemas {
		if fields, _ := schema.(map[string]any); fields["filter_by"] == true && values[name] != true {
			return false
		}
	}
	return true
}

// maxValues is how many values of an attribute are counted.
const maxValues = 5

// countAttributes sums up the attributes of rows: numbers by their average, other
// values by how often they occur.
func (b *builder) countAttributes(rows []int) map[string]any {
	sums := make(map[string]any)
	for name := range b.in.Attributes {
		var numbers []float64
		counts := make(map[string]int)
		for _, row := range rows {
			switch v := b.Rows[row].Attributes[name].(type) {
			case bool:
				counts[strconv.FormatBool(v)]++
			case float64:
				numbers = append(numbers, v)
			case string:
				counts[v]++
			}
		}
		for i, value := range byFrequency(counts) {
			if i >= maxValues {
				delete(counts, value)
			}
		}
		if len(numbers) > 0 {
			sums[name] = averageOf(numbers)
		} else if len(counts) > 0 {
			sums[name] = counts
		}
	}
	return sums
}
