// Package doctor finds out why the server does not work, one question after
// another, as a person would ask them. Nothing it does costs money or changes
// anything in LangSmith.
package doctor

import (
	"context"
	"net/http"
	"net/url"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
)

// Status is how one check ended.
type Status string

// The ways a check can end.
const (
	OK      Status = "ok"
	Warning Status = "warning" // works, but something is not as one would want it
	Failed  Status = "failed"
	Skipped Status = "skipped" // not asked, because an earlier check failed
)

// Check is one question and its answer.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Found  string `json:"found,omitempty"` // what is the case
	Do     string `json:"do,omitempty"`    // what to do about it
}

// Options are what the doctor examines.
type Options struct {
	LangSmith config.LangSmith
	Sandbox   bool // the server is told to serve the sandbox, and asks LangSmith nothing
	Client    *langsmith.Client
	Getenv    func(string) string                   // for the variables that name a proxy
	Proxy     func(*http.Request) (*url.URL, error) // the proxy that the client's requests go through
	State     string                                // as --state has it
	TryState  func(ctx context.Context) error       // opens the state, writes to it and reads it back
}

// Run makes every check. Those that cannot be asked because an earlier one
// failed are skipped, and say so.
func Run(ctx context.Context, options Options) []Check {
	e := &examination{Options: options, ctx: ctx}
	for _, ask := range []struct {
		name     string
		needsAPI bool // cannot be asked when LangSmith lets us ask nothing more
		check    func() Check
	}{
		{"configuration", false, e.configuration},
		{"proxy", false, e.proxy},
		{"LangSmith answers", true, e.answers},
		{"key", true, e.key},
		{"workspace", true, e.workspace},
		{"projects", true, e.projects},
		{"Insights", true, e.insights},
		{"model secrets", true, e.secrets},
		{"clock", true, e.clock},
		{"state", false, e.state},
	} {
		check := skipped(e.broken)
		if e.broken == "" || !ask.needsAPI {
			check = ask.check()
		}
		check.Name = ask.name
		e.checks = append(e.checks, check)
	}
	return e.checks
}

func skipped(why string) Check { return Check{Status: Skipped, Found: "not asked, since " + why} }

// Healthy reports whether no check failed.
func Healthy(checks []Check) bool {
	for _, check := range checks {
		if check.Status == Failed {
			return false
		}
	}
	return true
}
