// Package doctor checks why the server does not work. It costs no money and changes nothing
// in LangSmith.
package doctor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
)

// Status is the result of one check.
type Status string

// The results of a check.
const (
	OK      Status = "ok"
	Warning Status = "warning" // the server works, but something should be changed
	Failed  Status = "failed"
	Skipped Status = "skipped" // an earlier check failed
)

// Check is the outcome of one check.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Found  string `json:"found,omitempty"` // the finding
	Do     string `json:"do,omitempty"`    // what to do about it
}

// Options configure the checks.
type Options struct {
	LangSmith    config.LangSmith
	Placeholders []string // see [config.Config]
	Unknown      []string // see [config.Config]
	Sandbox      bool     // the server uses the sandbox instead of LangSmith
	Client       *langsmith.Client
	Deprecations *Deprecations                         // collects the client's deprecations; nil for none
	Getenv       func(string) string                   // for the proxy variables
	Proxy        func(*http.Request) (*url.URL, error) // of the client's requests
	State        string                                // the value of --state
	JobsADay     int                                   // the value of --max-jobs-per-day; 0 for none
	// CheckState opens the state and writes to it. It returns a weakness if the
	// state's configuration may lose data.
	CheckState func(ctx context.Context) (weakness string, err error)
}

// Run runs the checks. It skips those that depend on a failed one.
func Run(ctx context.Context, options Options) []Check {
	c := &checker{Options: options}
	var checks []Check
	for _, step := range []struct {
		name     string
		needsAPI bool // skipped after a failure of LangSmith
		check    func(context.Context) Check
	}{
		{"configuration", false, c.checkConfiguration},
		{"variables", false, c.checkVariables},
		{"proxy", false, c.checkProxy},
		{"LangSmith answers", true, c.checkConnection},
		{"key", true, c.checkKey},
		{"workspace", true, c.checkWorkspace},
		{"projects", true, c.checkProjects},
		{"Insights", true, c.checkInsights},
		{"model secrets", true, c.checkSecrets},
		{"clock", true, c.checkClock},
		{deprecationsCheck, true, c.checkDeprecations},
		{"state", false, c.checkState},
	} {
		check := newSkippedCheck(c.skipReason)
		if c.skipReason == "" || !step.needsAPI {
			check = step.check(ctx)
		}
		check.Name = step.name
		checks = append(checks, check)
	}
	return checks
}

// newSkippedCheck returns a check that was skipped for a reason.
func newSkippedCheck(reason string) Check {
	return Check{Status: Skipped, Found: "not checked, since " + reason}
}

// IsHealthy reports whether no check failed.
func IsHealthy(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(check Check) bool { return check.Status == Failed })
}

var marks = map[Status]string{OK: "ok  ", Warning: "note", Failed: "FAIL", Skipped: "-   "}

// Print writes the checks for a person, each followed by what to do.
func Print(out io.Writer, checks []Check) {
	printChecks(out, checks)
	if IsHealthy(checks) {
		fmt.Fprintln(out, "\nNo check failed.")
		return
	}
	fmt.Fprintln(out, "\nFix the first failed check, then run doctor again.")
}

func printChecks(out io.Writer, checks []Check) {
	for _, check := range checks {
		fmt.Fprintf(out, "%s  %s: %s\n", marks[check.Status], check.Name, check.Found)
		if check.Do != "" {
			fmt.Fprintf(out, "      %s\n", strings.ReplaceAll(strings.TrimSpace(check.Do), "\n", "\n      "))
		}
	}
}
