package report

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gonum.org/v1/gonum/stat"

	"langsmith-insights-mcp/langsmith/sandbox/clustering"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// extract reads the attributes that a request asks for out of a run. A model
// would judge; this looks for a metadata field of the name, then for the words of
// the name and the description in the run's texts. What it cannot tell is missing.
func extract(schemas map[string]any, r *trace.Run) map[string]any {
	values := make(map[string]any)
	if len(schemas) == 0 {
		return values
	}
	spoken := stemsOf(essence(r, nil))
	for name, schema := range schemas {
		fields, _ := schema.(map[string]any)
		kind, _ := fields["type"].(string)
		about, _ := fields["description"].(string)
		if value, told := one(name, kind, about, r, spoken); told {
			values[name] = value
		}
	}
	return values
}

func one(name, kind, about string, r *trace.Run, spoken map[string]bool) (any, bool) {
	held, known := r.Metadata[name]
	switch kind {
	case "boolean":
		if yes, ok := held.(bool); known && ok {
			return yes, true
		}
		return judge(name, about, r, spoken), true
	case "number":
		if n, ok := held.(float64); known && ok {
			return n, true
		}
		return measure(name, r)
	case "string":
		if s, ok := held.(string); known && ok {
			return s, true
		}
		return describeRun(r)
	}
	return nil, false
}

// judge answers what can be counted, and else whether the words of the attribute
// are found.
func judge(name, about string, r *trace.Run, spoken map[string]bool) bool {
	switch stems := stemsOf(name); {
	case stems["resolv"], stems["answer"], stems["solv"]:
		return r.Error == "" && repeats(r) < 2 && len(r.Outputs) > 0
	case stems["error"], stems["fail"], stems["failur"]:
		return r.Error != ""
	case stems["frustrat"], stems["angri"], stems["annoy"]:
		return repeats(r) > 1 || r.Error != "" && len(r.Messages()) > 3 || meet(stemsOf("again promised broke circles"), spoken)
	case len(stems) > 0:
		return meet(stems, spoken)
	}
	return meet(stemsOf(about), spoken)
}

func stemsOf(text string) map[string]bool {
	stems := make(map[string]bool)
	for _, word := range clustering.Words(strings.ReplaceAll(text, "_", " ")) {
		stems[word.Stem] = true
	}
	return stems
}

// meet says whether two sets of stems have one in common.
func meet(a, b map[string]bool) bool {
	for stem := range a {
		if b[stem] {
			return true
		}
	}
	return false
}

var firstNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d+(?:\.\d+)?`) })

// measure answers what the run itself was measured for, and else the first
// number that the user wrote.
func measure(name string, r *trace.Run) (any, bool) {
	switch stems := stemsOf(name); {
	case stems["latenc"], stems["second"], stems["durat"]:
		took, ended := r.Latency()
		return round(took.Seconds(), 3), ended
	case stems["token"]:
		return float64(r.TotalTokens()), true
	case stems["cost"], stems["price"]:
		if r.Cost == nil {
			return nil, false
		}
		return *r.Cost, true
	case stems["turn"], stems["messag"]:
		return float64(len(r.Messages())), true
	case stems["repeat"], stems["question"]:
		return float64(repeats(r)), true
	}
	n, err := strconv.ParseFloat(firstNumber().FindString(r.UserText()), 64)
	return n, err == nil
}

// describeRun answers what the run is about.
func describeRun(r *trace.Run) (any, bool) {
	switch {
	case title(r) != "":
		return title(r), true
	case len(r.Tags) > 0:
		return r.Tags[0], true
	}
	text := trace.Preview(r.UserText(), maxPhrase)
	return text, text != ""
}

// admitted drops a run in which an attribute to filter by is not true.
func admitted(schemas map[string]any, values map[string]any) bool {
	for name, schema := range schemas {
		fields, _ := schema.(map[string]any)
		if fields["filter_by"] == true && values[name] != true {
			return false
		}
	}
	return true
}

// maxValues is how many values of a text attribute are counted by name.
const maxValues = 5

// attributeStats sums the attributes of a category up.
func (b *builder) attributeStats(rows []int) map[string]any {
	sums := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(b.in.Attributes)) {
		var numbers []float64
		counts := make(map[string]int)
		for _, row := range rows {
			switch v := b.rows[row].Attributes[name].(type) {
			case bool:
				counts[strconv.FormatBool(v)]++
			case float64:
				numbers = append(numbers, v)
			case string:
				counts[v]++
			}
		}
		switch {
		case len(numbers) > 0:
			sums[name] = map[string]any{"n": len(numbers), "avg": round(stat.Mean(numbers, nil), 4)}
		case len(counts) > 0:
			sums[name] = top(counts, maxValues)
		}
	}
	return sums
}

func top(counts map[string]int, limit int) map[string]int {
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	kept := make(map[string]int)
	for _, name := range names[:min(limit, len(names))] {
		kept[name] = counts[name]
	}
	return kept
}
