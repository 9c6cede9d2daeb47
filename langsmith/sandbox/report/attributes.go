package report

import (
	"slices"
	"strconv"
	"strings"

	"langsmith-insights-mcp/langsmith/sandbox/clustering"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// extractAttributes returns the requested attributes of a run. LangSmith asks a model;
// this takes the metadata field of the same name. Without one, it infers a boolean,
// counts the turns, and takes the title for a string. Other numbers are missing.
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
			values[name] = inferBoolean(name, about, r)
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

// inferBoolean infers resolved and frustrated from the run. Any other attribute is true
// if the run has a word of its name, or of its description if the name has no
// significant word.
func inferBoolean(name, about string, r *trace.Run) bool {
	switch name {
	case "resolved":
		return r.Error == "" && countRepeats(r) < 2 && len(r.Outputs) > 0
	case "frustrated":
		return countRepeats(r) > 1
	}
	wanted := clustering.Stems(strings.ReplaceAll(name, "_", " "))
	if len(wanted) == 0 {
		wanted = clustering.Stems(about)
	}
	said := clustering.Stems(comparedText(r, nil))
	return slices.ContainsFunc(wanted, func(stem string) bool { return slices.Contains(said, stem) })
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

// maxValues is how many different values of an attribute are counted.
const maxValues = 5

// countAttributes summarizes the attributes of rows: the average of numbers, the
// frequency of other values.
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
		for i, value := range sortByFrequency(counts) {
			if i >= maxValues {
				delete(counts, value)
			}
		}
		if len(numbers) > 0 {
			sums[name] = newAverage(numbers)
		} else if len(counts) > 0 {
			sums[name] = counts
		}
	}
	return sums
}
