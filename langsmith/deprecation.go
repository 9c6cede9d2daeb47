package langsmith

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Deprecation is the end of a route, announced by a response with the headers
// Deprecation (RFC 9745), Sunset (RFC 8594) and Link.
type Deprecation struct {
	Method string
	Route  string    // the path, with {id} in place of an id
	Sunset time.Time // when the route ends; zero if unknown
	Link   string    // a page about it, or the successor; empty for none
}

// reportDeprecation calls OnDeprecated if a response announces the end of its route.
func (c *Client) reportDeprecation(op operation, header http.Header) {
	if c.onDeprecated == nil || header.Get("Deprecation") == "" && header.Get("Sunset") == "" {
		return
	}
	notice := Deprecation{Method: op.method, Route: routePattern(op.fullPath()), Link: truncateLine(parseLinkTarget(header.Get("Link")))}
	if sunset, err := http.ParseTime(header.Get("Sunset")); err == nil {
		notice.Sunset = sunset
	}
	c.onDeprecated(notice)
}

// uuidInPath matches the ids in a path.
var uuidInPath = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func routePattern(path string) string { return uuidInPath.ReplaceAllString(path, "{id}") }

// parseLinkTarget returns the first address of a Link header.
func parseLinkTarget(link string) string {
	_, rest, ok := strings.Cut(link, "<")
	if !ok {
		return ""
	}
	target, _, _ := strings.Cut(rest, ">")
	return target
}
