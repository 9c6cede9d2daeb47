package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// addNames sets the level, a unique name and the description of every category.
func (b *builder) addNames() {
	taken := make(map[string]bool)
	deepest := 0
	for _, c := range b.Categories {
		deepest = min(deepest, c.Level)
		taken[strings.ToLower(c.Name)] = true
	}
	for at := range b.Categories {
		c := &b.Categories[at]
		// Unknown: whether LangSmith's level 0 is the top or the bottom. An official
		// client assumes the bottom.
		c.Level -= deepest
		c.Name = cmp.Or(c.Name, b.chooseName(c, taken))
		taken[strings.ToLower(c.Name)] = true
		c.Description = strings.TrimSpace(c.Description + " " + b.describe(c))
	}
}

// chooseName returns the first unused name of these: for a top category the tag of most of
// its traces; the titles of its traces; what the user of a typical trace said; a number.
func (b *builder) chooseName(c *Category, taken map[string]bool) string {
	var candidates []string
	if c.Parent < 0 {
		candidates = append(candidates, b.findSharedTag(c.rows))
	}
	titles := b.countTexts(c.rows, func(r *trace.Run) []string { return []string{title(r)} })
	candidates = append(candidates, sortByFrequency(titles)...)
	if c.Size > 0 {
		candidates = append(candidates, findLongestClause(b.Rows[b.findTypical(c.rows)].Run.UserText()))
	}
	for n := range len(b.Categories) {
		candidates = append(candidates, fmt.Sprintf("Group %d", n+1))
	}
	free := slices.IndexFunc(candidates, func(name string) bool { return name != "" && !taken[strings.ToLower(name)] })
	first, size := utf8.DecodeRuneInString(candidates[free])
	return string(unicode.ToUpper(first)) + candidates[free][size:]
}

func findLongestClause(text string) string {
	clauses := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".,;:!?()\n", r) })
	longest := slices.MaxFunc(append(clauses, ""), func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return trace.Preview(longest, maxPhrase)
}

// findSharedTag returns the tag that most of a category's traces have, and at most as many
// other traces.
func (b *builder) findSharedTag(rows []int) string {
	tags := func(r *trace.Run) []string { return r.Tags }
	here, everywhere := b.countTexts(rows, tags), b.countTexts(b.all, tags)
	for _, tag := range sortByFrequency(here) {
		if here[tag]*10 >= len(rows)*6 && here[tag]*2 >= everywhere[tag] {
			return trace.Preview(strings.NewReplacer("-", " ", "_", " ").Replace(tag), maxName)
		}
	}
	return ""
}

func (b *builder) countTexts(rows []int, texts func(r *trace.Run) []string) map[string]int {
	counts := make(map[string]int)
	for _, row := range rows {
		for _, text := range texts(b.Rows[row].Run) {
			counts[text]++
		}
	}
	return counts
}

func (b *builder) describe(c *Category) string {
	if c.Size == 0 {
		return "No trace fits."
	}
	text := formatCount(c.Size, "trace")
	if said := openingLine(b.Rows[b.findTypical(c.rows)].Run); said != "" {
		text += ", such as " + quote(said)
	}
	if c.failed == 0 {
		return text + ". None ends in an error."
	}
	return fmt.Sprintf("%s. %s end in an error, mostly %s.", text, formatShare(c.failed, c.Size), quote(sortByFrequency(c.errors)[0]))
}

// findTypical returns the row closest to the centroid of rows.
func (b *builder) findTypical(rows []int) int {
	centroid := b.corpus.Centroid(rows)
	return slices.MaxFunc(rows, func(x, y int) int {
		return cmp.Compare(b.corpus.Similarity(x, centroid), b.corpus.Similarity(y, centroid))
	})
}
