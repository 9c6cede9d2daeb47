package doctor

import (
	"slices"
	"strings"
	"sync"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// Deprecations are the ends of routes that LangSmith has announced. The zero
// value has none yet; it is safe for concurrent use.
type Deprecations struct {
	mu   sync.Mutex
	told []langsmith.Deprecation // one of each route
}

// Add keeps what an answer has announced: see [langsmith.Options].OnDeprecated.
func (d *Deprecations) Add(end langsmith.Deprecation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	same := func(known langsmith.Deprecation) bool { return known.Method == end.Method && known.Route == end.Route }
	if !slices.ContainsFunc(d.told, same) {
		d.told = append(d.told, end)
	}
}

// announcedEnds is the check's name.
const announcedEnds = "announced ends"

// check tells of the announced ends.
func (d *Deprecations) check() Check {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.told) == 0 {
		return Check{Name: announcedEnds, Status: OK, Found: "none of a route that was asked"}
	}
	var lines []string
	for _, end := range d.told {
		line := end.Method + " " + end.Route
		if !end.Sunset.IsZero() {
			line += " ends on " + end.Sunset.UTC().Format(time.DateOnly)
		}
		if end.Link != "" {
			line += ", see " + end.Link
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return Check{Name: announcedEnds, Status: Warning, Found: strings.Join(lines, "; "),
		Do: "Where LangSmith serves a successor, this version uses it. Before that day, see whether there is a newer version."}
}
