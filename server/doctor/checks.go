package doctor

import (
	"cmp"
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
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/markdown"
)

// checker runs the checks. A check sets what later ones need.
type checker struct {
	Options

	skipReason   string // why the remaining checks of LangSmith are skipped; empty while they are not
	proxyAddress string // without its credentials; empty for no proxy
	listed       []langsmith.Project
	listErr      error              // of listing the projects
	project      *langsmith.Project // the configured one, else the first
	serverTime   time.Time          // by LangSmith's clock
	localTime    time.Time          // by this machine's clock at serverTime
}

func (c *checker) checkConfiguration(_ context.Context) Check {
	if c.Sandbox {
		c.skipReason = "the sandbox replaces LangSmith"
		return Check{Status: Warning, Found: "the embedded sandbox is used instead of LangSmith", Do: "Unset LANGSMITH_INSIGHTS_MCP_SANDBOX to use your own traces."}
	}
	l := c.LangSmith
	lines := []string{"endpoint " + l.Endpoint.String() + describeSource(l.Found.Endpoint, "the default")}
	if len(c.Placeholders) > 0 {
		lines = append(lines, "unset, because the client did not replace the placeholder: "+strings.Join(c.Placeholders, ", "))
	}
	if l.Credentials.Empty() {
		c.skipReason = "there is no key"
		return Check{
			Status: Failed,
			Found:  strings.Join(append(lines, "no key"), "; "),
			Do:     "Create a key in LangSmith under Settings, API Keys, and set LANGSMITH_API_KEY to it in this server's environment; or sign in with LangSmith's CLI: langsmith auth login.",
		}
	}
	if err := l.CredentialError(); err != nil {
		c.skipReason = "the profile's credential cannot be used"
		return Check{Status: Failed, Found: strings.Join(append(lines, l.Found.Credential+", whose credential cannot be used"), "; "), Do: advice.Operator.Explain(c.Client, &langsmith.LoginError{Err: err})}
	}
	lines = append(lines, "a "+c.credential()+" (fingerprint "+l.Credentials.Fingerprint()+")"+describeSource(l.Found.Credential, ""))
	if login, ok := l.Credentials.Login.(interface{ ExpiresAt() time.Time }); ok && !login.ExpiresAt().IsZero() {
		expires := "expires"
		if login.ExpiresAt().Before(time.Now()) {
			expires = "expired"
		}
		lines = append(lines, "its token "+expires+" at "+login.ExpiresAt().UTC().Format(time.RFC3339))
	}
	if l.HasWorkspace() {
		lines = append(lines, "workspace "+l.Credentials.Workspace.String()+describeSource(l.Found.Workspace, ""))
	}
	if l.Project != "" {
		lines = append(lines, "project "+markdown.Quote(l.Project, 100)+describeSource(l.Found.Project, ""))
	}
	return Check{Status: OK, Found: strings.Join(lines, "; ")}
}

func (c *checker) checkVariables(context.Context) Check {
	if len(c.Unknown) > 0 {
		return Check{Status: Warning, Found: "unknown, so ignored: " + strings.Join(c.Unknown, ", "), Do: "Correct or unset them; docs/reference.md lists the settings."}
	}
	return Check{Status: OK, Found: "each " + config.EnvPrefix + "... is a setting"}
}

// credential returns the kind of the configured credential.
func (c *checker) credential() string {
	switch credentials := c.LangSmith.Credentials; {
	case credentials.APIKey != "":
		return "key"
	case credentials.BearerToken != "":
		return "bearer token"
	}
	return "login"
}

// describeSource names the source of a setting; nothing if both are empty.
func describeSource(source, fallback string) string {
	if source = cmp.Or(source, fallback); source == "" {
		return ""
	}
	return " from " + source
}

func (c *checker) checkKey(ctx context.Context) Check {
	var api *langsmith.Error
	if errors.As(c.listErr, &api) {
		switch api.Status {
		case http.StatusUnauthorized:
			c.skipReason = "the " + c.credential() + " is not accepted"
			return Check{Status: Failed, Found: "the " + c.credential() + " is not accepted", Do: advice.Operator.Explain(c.Client, c.listErr)}
		case http.StatusForbidden:
			if api.NeedsWorkspace() {
				return Check{Status: OK, Found: "the " + c.credential() + " is accepted, and spans workspaces"}
			}
			c.skipReason = "the " + c.credential() + " is not accepted"
			return Check{Status: Failed, Found: "the " + c.credential() + " is not accepted here", Do: advice.Operator.Explain(c.Client, c.listErr) + c.listWorkspaces(ctx)}
		}
		c.skipReason = "projects cannot be listed"
		return Check{Status: Failed, Found: "it is unknown whether the " + c.credential() + " is accepted", Do: advice.Operator.Explain(c.Client, c.listErr)}
	}
	return Check{Status: OK, Found: "the " + c.credential() + " is accepted"}
}

func (c *checker) checkWorkspace(ctx context.Context) Check {
	if c.listErr != nil {
		c.skipReason = "the workspace cannot be read"
		return Check{Status: Failed, Found: "this workspace cannot be read with this " + c.credential(), Do: advice.Operator.Explain(c.Client, c.listErr) + c.listWorkspaces(ctx)}
	}
	if !c.LangSmith.HasWorkspace() {
		return Check{Status: OK, Found: "the " + c.credential() + "'s own workspace"}
	}
	return Check{Status: OK, Found: c.LangSmith.Credentials.Workspace.String() + " can be read"}
}

// listWorkspaces lists the possible values of LANGSMITH_WORKSPACE_ID.
func (c *checker) listWorkspaces(ctx context.Context) string {
	workspaces, err := c.Client.ListWorkspaces(ctx)
	if err != nil || len(workspaces) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nWorkspaces that this " + c.credential() + " has access to:")
	for _, workspace := range workspaces {
		fmt.Fprintf(&b, "\n- %s %s", workspace.ID, markdown.Quote(workspace.DisplayName, 100))
	}
	return b.String()
}

func (c *checker) checkProjects(ctx context.Context) Check {
	wanted := c.LangSmith.Project
	if wanted != "" {
		if i := slices.IndexFunc(c.listed, func(p langsmith.Project) bool { return p.Name == wanted }); i >= 0 {
			c.project = &c.listed[i]
		} else if found, err := c.Client.ListProjects(ctx, langsmith.ProjectsQuery{Name: wanted, Limit: 1}); err == nil && len(found) > 0 {
			c.project = &found[0]
		}
		if c.project == nil {
			return Check{Status: Failed, Found: "there is no project " + markdown.Quote(wanted, 100) + " in this workspace",
				Do: "Set LANGSMITH_PROJECT to one of the workspace's projects, or unset it: " + projectNames(c.listed)}
		}
	}
	if len(c.listed) == 0 && c.project == nil {
		return Check{Status: Failed, Found: "the workspace has no tracing project",
			Do: "Send traces to it first; or choose another workspace with LANGSMITH_WORKSPACE_ID, or another region with LANGSMITH_ENDPOINT."}
	}
	if c.project == nil {
		c.project = &c.listed[0]
	}
	return Check{Status: OK, Found: "visible: " + projectNames(c.listed)}
}

const maxNamesShown = 5

func projectNames(projects []langsmith.Project) string {
	var names []string
	for _, project := range projects[:min(len(projects), maxNamesShown)] {
		names = append(names, markdown.Quote(project.Name, 60))
	}
	if more := len(projects) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (c *checker) checkInsights(ctx context.Context) Check {
	if c.project == nil {
		return newSkippedCheck("there is no project")
	}
	page, err := c.Client.ListJobs(ctx, c.project.ID, uuid.Nil, 1, 0)
	var api *langsmith.Error
	if errors.As(err, &api) && api.Status == http.StatusForbidden {
		// Region, key and workspace are correct, since projects could be listed.
		return Check{Status: Failed, Found: "this " + c.credential() + " may list projects, but not Insights jobs (403, saying " + markdown.Quote(api.Message, 200) + ")",
			Do: "Insights requires a Plus or Enterprise plan. If the workspace has one, the " + c.credential() + " lacks the permission: ask an admin of the workspace."}
	}
	if err != nil {
		return Check{Status: Failed, Found: "Insights jobs of " + markdown.Quote(c.project.Name, 60) + " cannot be listed", Do: advice.Operator.Explain(c.Client, err)}
	}
	c.serverTime, c.localTime = page.Date, time.Now()
	found := "readable; " + markdown.Quote(c.project.Name, 60) + " has no report yet"
	if len(page.Jobs) > 0 {
		found = "readable; the latest job of " + markdown.Quote(c.project.Name, 60) + " is " + markdown.Line(string(page.Jobs[0].Status), 30)
	}
	return Check{Status: OK, Found: found + ". Whether jobs may be started is not checked, since a job costs money."}
}

func (c *checker) checkSecrets(ctx context.Context) Check {
	names, err := c.Client.ListSecretNames(ctx)
	if err != nil {
		return Check{Status: Warning, Found: "cannot be read with this " + c.credential(), Do: "A dry run cannot show whether the model's key is set; see Settings, Secrets in LangSmith."}
	}
	var models []string
	for _, name := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY"} {
		if slices.Contains(names, name) {
			models = append(models, name)
		}
	}
	if len(models) == 0 {
		return Check{Status: Warning, Found: "neither OPENAI_API_KEY nor ANTHROPIC_API_KEY is set in the workspace",
			Do: "Jobs use a model key of the workspace. Add one in LangSmith under Settings, Secrets, or name model configurations in each call."}
	}
	return Check{Status: OK, Found: strings.Join(models, ", ")}
}

// maxClockSkew is the accepted difference of the clocks. With a larger one, a job whose
// response was lost is hard to find by its time.
const maxClockSkew = 30 * time.Second

func (c *checker) checkClock(_ context.Context) Check {
	if c.serverTime.IsZero() {
		return Check{Status: Skipped, Found: "LangSmith's time is unknown"}
	}
	skew := c.localTime.Sub(c.serverTime).Round(time.Second)
	if skew.Abs() > maxClockSkew {
		return Check{Status: Warning, Found: fmt.Sprintf("this machine's clock differs from LangSmith's by %s", skew.Abs()), Do: "Set the clock, for example with NTP."}
	}
	return Check{Status: OK, Found: "agrees with LangSmith's"}
}

func (c *checker) checkState(ctx context.Context) Check {
	weakness, err := c.CheckState(ctx)
	redis, isRedis := redisAddress(c.State)
	if err != nil && isRedis {
		return Check{Status: Failed, Found: "the memory of paid calls cannot be written to Redis: " + markdown.Line(err.Error(), 300),
			Do: "Check that Redis runs at " + redis + " and that --state has its address and password. Without it each process remembers only its own paid calls, so two processes may start the same job."}
	}
	if err != nil {
		return Check{Status: Failed, Found: "the memory of paid calls cannot be written: " + markdown.Line(err.Error(), 300),
			Do: "Make it writable, or choose another with --state. Without it a job may be started twice after a crash."}
	}
	if weakness != "" {
		return Check{Status: Warning, Found: weakness, Do: "Set it in Redis's configuration file, and in the running Redis with CONFIG SET, for example CONFIG SET maxmemory-policy noeviction."}
	}
	bound := ""
	if c.JobsADay > 0 {
		bound = fmt.Sprintf("; at most %d jobs a day per key, not counting scheduled jobs", c.JobsADay)
	}
	if c.State == "memory" {
		return Check{Status: OK, Found: "in memory: it is lost when the process ends" + bound}
	}
	where := c.State
	if isRedis {
		where = redis
	}
	return Check{Status: OK, Found: "writable: " + where + bound}
}

// redisAddress returns the address of a state that is a Redis, without its password.
func redisAddress(state string) (address string, ok bool) {
	u, err := url.Parse(state)
	if err != nil || u.Host == "" {
		return "", false
	}
	u.RawQuery = "" // for Sentinels it has a password
	return u.Redacted(), true
}

func (c *checker) checkDeprecations(context.Context) Check {
	if c.Deprecations == nil {
		c.Deprecations = &Deprecations{}
	}
	return c.Deprecations.check()
}
