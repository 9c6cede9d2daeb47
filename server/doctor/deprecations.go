package doctor

import (
	"slices"
	"strings"
	"sync"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// Deprecations collects the announced ends of routes. The zero value is empty. It is safe
// for concurrent use.
type Deprecations struct {
	mu        sync.Mutex
	announced []langsmith.Deprecation // one per route
}

// Add adds an announced end: see [langsmith.Options].OnDeprecated.
func (d *Deprecations) Add(end langsmith.Deprecation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	same := func(known langsmith.Deprecation) bool { return known.Method == end.Method && known.Route == end.Route }
	if !slices.ContainsFunc(d.announced, same) {
		d.announced = append(d.announced, end)
	}
}

// announcedEnds is the name of the check.
const announcedEnds = "announced ends"

// check returns a warning with the announced ends.
func (d *Deprecations) check() Check {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.announced) == 0 {
		return Check{Name: announcedEnds, Status: OK, Found: "none for the routes called"}
	}
	var lines []string
	for _, end := range d.announced {
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
		Do: "This version uses the successor of a route where LangSmith serves it. Check for a newer version before that day."}
}
