package sandbox

import (
	"fmt"
	"net/http"
)

// Routes is the generation of the run and queue routes that is served. LangSmith serves
// both until 31 January 2027.
type Routes string

// The generations. The zero value serves both.
const (
	RoutesV1   Routes = "v1"
	RoutesV2   Routes = "v2"
	RoutesBoth Routes = "both"
)

// ParseRoutes reads the name of a generation.
func ParseRoutes(text string) (Routes, error) {
	switch r := Routes(text); r {
	case RoutesV1, RoutesV2, RoutesBoth:
		return r, nil
	}
	return "", fmt.Errorf("want v1, v2 or both, not %q", text)
}

// generation is the generation of a route.
type generation int

const (
	oldRoute generation = iota + 1
	newRoute
)

// check returns the error of a LangSmith that does not serve a route of this generation:
// 501 for an old route, 404 for a new one.
func (g generation) check(routes Routes) error {
	switch {
	case g == oldRoute && routes == RoutesV2:
		return refuse(http.StatusNotImplemented, "This endpoint is not available on this deployment")
	case g == newRoute && routes == RoutesV1:
		return refuse(http.StatusNotFound, "Not Found")
	}
	return nil
}

// deprecate announces the end of a route and its successor.
//
// Unknown: the date in LangSmith's Deprecation header.
func deprecate(h http.Header, successor string) {
	h.Set("Deprecation", "@1785456000") // 31 July 2026, as RFC 9745 writes it
	h.Set("Sunset", "Sun, 31 Jan 2027 00:00:00 GMT")
	h.Set("Link", "<"+successor+`>; rel="successor-version"`)
}

// readInfo describes the deployment.
func readInfo(c *call) (any, error) {
	return map[string]any{
		"version": "0.16.0-sandbox",
		"instance_flags": map[string]bool{
			"ch_query_enabled":  c.routes != RoutesV2,
			"sdb_query_enabled": c.routes != RoutesV1,
		},
		"batch_ingest_config": map[string]any{"size_limit": maxBatch, "size_limit_bytes": maxBody, "use_multipart_endpoint": false},
	}, nil
}
