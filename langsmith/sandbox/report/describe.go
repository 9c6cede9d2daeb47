package report

import (
	"fmt"
	"strings"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// describe gives the categories their figures, and a sentence or two.
func (b *builder) describe() {
	for at, n := range b.nodes {
		t := b.tally(n.rows)
		b.result.Categories[at].Stats = b.stats(n.rows, t)
		b.result.Categories[at].Description = b.description(n, t)
	}
}

func (b *builder) description(n node, t tally) string {
	if t.runs == 0 {
		return strings.TrimSpace(n.about + " No trace fits.")
	}
	var parts []string
	if n.about != "" {
		parts = append(parts, strings.TrimRight(n.about, ". ")+".")
	}
	parts = append(parts, fmt.Sprintf("%s, such as %s.", count(t.runs, "trace"), quoted(b.quote(n))))
	switch {
	case t.failed > 0:
		parts = append(parts, fmt.Sprintf("%s end in an error, mostly %s.", share(t.failed, t.runs), quoted(t.commonError())))
	case t.repeated > 0:
		parts = append(parts, fmt.Sprintf("In %d of them the agent repeats its question.", t.repeated))
	default:
		parts = append(parts, "None ends in an error.")
	}
	return strings.Join(parts, " ")
}

// quoteRunes is how much of a trace a description quotes.
const quoteRunes = 110

// quote is how the most typical trace puts it.
func (b *builder) quote(n node) string {
	r := b.rows[b.typical(n.rows)[0]].Run
	said, _, _ := strings.Cut(r.UserText(), "\n")
	if said == "" {
		said = n.phrase
	}
	return trace.Preview(said, quoteRunes)
}

func share(part, whole int) string {
	return fmt.Sprintf("%d of %d (%s)", part, whole, percent(part, whole))
}
