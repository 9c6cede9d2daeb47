package doctor

import (
	"slices"
	"strings"
	"sync"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// Deprecations collects the announced removals of routes. The zero value is empty. It is safe
// for concurrent use.
type Deprecations struct {
	mu        sync.Mutex
	announced []langsmith.Deprecation // one per route
}

// Add adds an announced removal: see [langsmith.Options].OnDeprecated.
func (d *Deprecations) Add(end langsmith.Deprecation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	same := func(known langsmith.Deprecation) bool { return known.Method == end.Method && known.Route == end.Route }
	if !slices.ContainsFunc(d.announced, same) {
		d.announced = append(d.announced, end)
	}
}

// deprecationsCheck is the name of the check.
const deprecationsCheck = "deprecations"

// check returns a warning with the announced removals.
func (d *Deprecations) check() Check {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.announced) == 0 {
		return Check{Name: deprecationsCheck, Status: OK, Found: "none for the routes that were called"}
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
	return Check{Name: deprecationsCheck, Status: Warning, Found: strings.Join(lines, "; "),
		Do: "This version uses the successor of a route where LangSmith serves it. Check for a newer version before that day."}
}
