package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/markdown"
)

// examination is one run of all checks.
type examination struct {
	Options
	ctx    context.Context
	checks []Check

	proxyAt string // the proxy that requests go through, without its credentials; empty for none
	broken  string // why LangSmith can be asked nothing more; empty while it can
	visible []langsmith.Project
	visit   error // what listing projects ended with
	project *langsmith.Project
	theirs  time.Time // LangSmith's clock
	ours    time.Time // ours, at the same moment
}

func (e *examination) configuration() Check {
	if e.Sandbox {
		e.broken = "the sandbox is in its place"
		return Check{Status: Warning, Found: "the embedded sandbox is served in place of LangSmith", Do: "Take LANGSMITH_INSIGHTS_MCP_SANDBOX out to work on your own traces."}
	}
	l := e.LangSmith
	lines := []string{"endpoint " + l.Endpoint.String() + from(l.Found.Endpoint, "the default")}
	if l.Credentials.Empty() {
		e.broken = "there is no key"
		return Check{
			Status: Failed,
			Found:  strings.Join(append(lines, "no key"), "; "),
			Do:     "Make a key in LangSmith under Settings, API Keys, and set LANGSMITH_API_KEY to it in this server's environment.",
		}
	}
	kind := "a key"
	if l.Credentials.APIKey == "" {
		kind = "a bearer token"
	}
	lines = append(lines, kind+" (fingerprint "+l.Credentials.Fingerprint()+")"+from(l.Found.Credential, ""))
	if l.HasWorkspace() {
		lines = append(lines, "workspace "+l.Credentials.Workspace.String()+from(l.Found.Workspace, ""))
	}
	if l.Project != "" {
		lines = append(lines, "project "+markdown.Quote(l.Project, 100)+from(l.Found.Project, ""))
	}
	return Check{Status: OK, Found: strings.Join(lines, "; ")}
}

func from(source, otherwise string) string {
	if source == "" {
		source = otherwise
	}
	if source == "" {
		return ""
	}
	return " from " + source
}

func (e *examination) key() Check {
	var api *langsmith.Error
	if errors.As(e.visit, &api) {
		switch api.Status {
		case http.StatusUnauthorized:
			e.broken = "the key is not accepted"
			return Check{Status: Failed, Found: "the key is not accepted", Do: tools.Explain(e.Client, e.visit)}
		case http.StatusForbidden:
			if api.NeedsWorkspace() {
				return Check{Status: OK, Found: "the key is accepted, and spans workspaces"}
			}
			e.broken = "the key is not accepted"
			return Check{Status: Failed, Found: "the key is not accepted here", Do: tools.Explain(e.Client, e.visit) + e.knownWorkspaces()}
		}
		e.broken = "projects cannot be listed"
		return Check{Status: Failed, Found: "whether the key is accepted cannot be told", Do: tools.Explain(e.Client, e.visit)}
	}
	return Check{Status: OK, Found: "the key is accepted"}
}

func (e *examination) workspace() Check {
	if e.visit != nil {
		e.broken = "the workspace is not settled"
		return Check{Status: Failed, Found: "this workspace cannot be read with this key", Do: tools.Explain(e.Client, e.visit) + e.knownWorkspaces()}
	}
	if !e.LangSmith.HasWorkspace() {
		return Check{Status: OK, Found: "the key's own"}
	}
	return Check{Status: OK, Found: e.LangSmith.Credentials.Workspace.String() + " can be read"}
}

// knownWorkspaces lists what LANGSMITH_WORKSPACE_ID could be set to.
func (e *examination) knownWorkspaces() string {
	workspaces, err := e.Client.ListWorkspaces(e.ctx)
	if err != nil || len(workspaces) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nWorkspaces that this key may see:")
	for _, workspace := range workspaces {
		fmt.Fprintf(&b, "\n- %s %s", workspace.ID, markdown.Quote(workspace.DisplayName, 100))
	}
	return b.String()
}

func (e *examination) projects() Check {
	wanted := e.LangSmith.Project
	if wanted != "" {
		if i := slices.IndexFunc(e.visible, func(p langsmith.Project) bool { return p.Name == wanted }); i >= 0 {
			e.project = &e.visible[i]
		} else if found, err := e.Client.ListProjects(e.ctx, langsmith.ProjectsQuery{Name: wanted, Limit: 1}); err == nil && len(found) > 0 {
			e.project = &found[0]
		}
		if e.project == nil {
			return Check{Status: Failed, Found: "there is no project " + markdown.Quote(wanted, 100) + " in this workspace",
				Do: "Set LANGSMITH_PROJECT to one of the workspace's projects, or take it out: " + projectNames(e.visible)}
		}
	}
	if len(e.visible) == 0 && e.project == nil {
		return Check{Status: Failed, Found: "the workspace holds no tracing project",
			Do: "Send traces to it first; or choose another workspace with LANGSMITH_WORKSPACE_ID, or another region with LANGSMITH_ENDPOINT."}
	}
	if e.project == nil {
		e.project = &e.visible[0]
	}
	return Check{Status: OK, Found: "visible: " + projectNames(e.visible)}
}

const namesShown = 5

func projectNames(projects []langsmith.Project) string {
	var names []string
	for _, project := range projects[:min(len(projects), namesShown)] {
		names = append(names, markdown.Quote(project.Name, 60))
	}
	if more := len(projects) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (e *examination) insights() Check {
	if e.project == nil {
		return skipped("there is no project to ask about")
	}
	page, err := e.Client.ListJobs(e.ctx, e.project.ID, uuid.Nil, 1, 0)
	var api *langsmith.Error
	if errors.As(err, &api) && api.Status == http.StatusForbidden {
		// Region, key and workspace are right: projects were listed with them.
		return Check{Status: Failed, Found: "this key may list projects, but not Insights jobs (403, saying " + markdown.Quote(api.Message, 200) + ")",
			Do: "Insights takes a Plus or Enterprise plan. If the workspace has one, the key lacks the permission: ask an admin of the workspace."}
	}
	if err != nil {
		return Check{Status: Failed, Found: "Insights jobs of " + markdown.Quote(e.project.Name, 60) + " cannot be listed", Do: tools.Explain(e.Client, err)}
	}
	e.theirs, e.ours = page.Date, time.Now()
	found := "readable; " + markdown.Quote(e.project.Name, 60) + " has no report yet"
	if len(page.Jobs) > 0 {
		found = "readable; the latest job of " + markdown.Quote(e.project.Name, 60) + " is " + markdown.Line(string(page.Jobs[0].Status), 30)
	}
	return Check{Status: OK, Found: found + ". Whether jobs may be started cannot be tried without paying for one."}
}

func (e *examination) secrets() Check {
	names, err := e.Client.ListSecretNames(e.ctx)
	if err != nil {
		return Check{Status: Warning, Found: "cannot be read with this key", Do: "A dry run cannot tell then whether a job would be refused for a missing model key; see Settings, Secrets."}
	}
	var models []string
	for _, name := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY"} {
		if slices.Contains(names, name) {
			models = append(models, name)
		}
	}
	if len(models) == 0 {
		return Check{Status: Warning, Found: "neither OPENAI_API_KEY nor ANTHROPIC_API_KEY is set in the workspace",
			Do: "Jobs are paid through a model key of the workspace. Add one in LangSmith under Settings, Secrets, or name model configurations in each call."}
	}
	return Check{Status: OK, Found: strings.Join(models, ", ")}
}

// largestSkew is how far apart two clocks may be before finding a lost job by
// its time becomes a matter of luck.
const largestSkew = 30 * time.Second

func (e *examination) clock() Check {
	if e.theirs.IsZero() {
		return Check{Status: Skipped, Found: "LangSmith's clock is not known"}
	}
	skew := e.ours.Sub(e.theirs).Round(time.Second)
	if skew.Abs() > largestSkew {
		return Check{Status: Warning, Found: fmt.Sprintf("this machine's clock is %s away from LangSmith's", skew.Abs()), Do: "Set the clock, or have it set by NTP."}
	}
	return Check{Status: OK, Found: "agrees with LangSmith's"}
}

func (e *examination) state() Check {
	if err := e.TryState(e.ctx); err != nil {
		return Check{Status: Failed, Found: "the memory of paid calls cannot be kept: " + markdown.Line(err.Error(), 300),
			Do: "Make it writable, or choose another with --state. Without it a job may be started twice after a crash."}
	}
	if e.State == "memory" {
		return Check{Status: OK, Found: "kept in memory: it ends with the process"}
	}
	where := e.State
	if u, err := url.Parse(where); err == nil && u.User != nil {
		where = u.Redacted()
	}
	return Check{Status: OK, Found: "can be written: " + where}
}
