// Package doctor finds out why the server does not work, by one check after
// another. Nothing it does costs money or changes anything in LangSmith.
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
	Warning Status = "warning" // it works, but something should be changed
	Failed  Status = "failed"
	Skipped Status = "skipped" // an earlier check failed
)

// Check is one question and its answer.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Found  string `json:"found,omitempty"` // what was found
	Do     string `json:"do,omitempty"`    // what to do about it
}

// Options are what the doctor examines.
type Options struct {
	LangSmith    config.LangSmith
	Placeholders []string // variables that hold one; see [config.Config]
	Sandbox      bool     // the server serves the sandbox and asks LangSmith nothing
	Client       *langsmith.Client
	Deprecations *Deprecations                         // what the client's answers announce; nil for nothing
	Getenv       func(string) string                   // for the variables that name a proxy
	Proxy        func(*http.Request) (*url.URL, error) // the proxy of the client's requests
	State        string                                // as --state names it
	JobsADay     int                                   // the bound of jobs a day; 0 for none
	// CheckState opens the state, writes to it, and reports how it is set up that
	// may take away what it was told.
	CheckState func(ctx context.Context) (weakness string, err error)
}

// Run makes every check. Those that an earlier failure makes impossible are
// skipped, and say so.
func Run(ctx context.Context, options Options) []Check {
	c := &checker{Options: options}
	var checks []Check
	for _, step := range []struct {
		name     string
		needsAPI bool // skipped when LangSmith can be asked nothing more
		check    func(context.Context) Check
	}{
		{"configuration", false, c.configuration},
		{"proxy", false, c.proxy},
		{"LangSmith answers", true, c.answers},
		{"key", true, c.key},
		{"workspace", true, c.workspace},
		{"projects", true, c.projects},
		{"Insights", true, c.insights},
		{"model secrets", true, c.secrets},
		{"clock", true, c.clock},
		{announcedEnds, true, c.announcedEnds},
		{"state", false, c.state},
	} {
		check := skipped(c.skipReason)
		if c.skipReason == "" || !step.needsAPI {
			check = step.check(ctx)
		}
		check.Name = step.name
		checks = append(checks, check)
	}
	return checks
}

// skipped returns a check that is not made, for a reason.
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
