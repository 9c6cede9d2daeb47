package langsmith

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Deprecation is the end of a route that an answer has announced, by the
// headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link.
type Deprecation struct {
	Method string
	Route  string    // the path, with {id} where it had one
	Sunset time.Time // when the route goes; zero where the answer does not say
	Link   string    // a page about it, or the successor; empty for none
}

// reportDeprecation tells the client's owner where an answer announces that its
// route goes.
func (c *Client) reportDeprecation(op operation, header http.Header) {
	if c.deprecated == nil || header.Get("Deprecation") == "" && header.Get("Sunset") == "" {
		return
	}
	notice := Deprecation{Method: op.method, Route: routePattern(op.fullPath()), Link: shorten(linkTarget(header.Get("Link")))}
	if sunset, err := http.ParseTime(header.Get("Sunset")); err == nil {
		notice.Sunset = sunset
	}
	c.deprecated(notice)
}

// uuidInPath matches the ids in a path.
var uuidInPath = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func routePattern(path string) string { return uuidInPath.ReplaceAllString(path, "{id}") }

// linkTarget is the first address of a Link header.
func linkTarget(link string) string {
	_, rest, ok := strings.Cut(link, "<")
	if !ok {
		return ""
	}
	target, _, _ := strings.Cut(rest, ">")
	return target
}
