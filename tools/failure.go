package tools

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// Refusal is an error in a tool's own words: what failed and what to do next.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return r.Text }

func refuse(format string, values ...any) error {
	return &Refusal{fmt.Sprintf(format, values...)}
}

// advise turns an error into what an agent needs: what failed, what LangSmith
// said, and what to do next. It is the one place where that is done.
func (e *Env) advise(tool Declaration, err error) string {
	var arguments *ArgumentError
	var refusal *Refusal
	var api *langsmith.Error
	var text string
	switch {
	case errors.As(err, &arguments):
		return adviseArguments(tool, arguments)
	case errors.As(err, &refusal):
		return refusal.Text
	case errors.Is(err, langsmith.ErrNoCredentials):
		text = "No LangSmith credentials are configured. Set LANGSMITH_API_KEY (or LANGSMITH_API_KEY_FILE) in this server's environment, " +
			"or, over HTTP, send an X-API-Key header. Keys are made in LangSmith under Settings, API Keys."
	case errors.As(err, &api):
		text = e.adviseAPI(api)
	case errors.Is(err, context.DeadlineExceeded):
		text = "The call ran out of time before LangSmith answered. Call again."
	default:
		text = "Failed: " + markdown.Line(err.Error(), 500)
	}
	if tool.Effect != Reads && (api == nil || api.Unprocessed) {
		text += "\nNothing was " + undone(tool.Effect) + "."
	}
	return text
}

func undone(effect Effect) string {
	switch effect {
	case Spends:
		return "started or spent"
	case Destroys:
		return "deleted"
	}
	return "changed"
}

func adviseArguments(tool Declaration, err *ArgumentError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was not called: its arguments need a change.\n", tool.Name)
	for _, problem := range err.Problems {
		fmt.Fprintf(&b, "- %s\n", problem.Error())
	}
	b.WriteString("Nothing was sent to LangSmith.")
	return b.String()
}

func (e *Env) adviseAPI(err *langsmith.Error) string {
	if err.Status == 0 {
		return e.adviseUnreachable(err)
	}
	said := fmt.Sprintf("LangSmith answered %d %s", err.Status, http.StatusText(err.Status))
	if err.Code != "" {
		said += " (" + markdown.Line(err.Code, 80) + ")"
	}
	if err.Message != "" {
		said += ", saying " + markdown.Quote(err.Message, 600)
	}
	said += "."
	for _, field := range err.Fields {
		said += "\n- " + markdown.Line(field.Field, 120) + ": " + markdown.Quote(field.Problem, 300)
	}
	if err.NotJSON {
		said += " The answer was not LangSmith's own JSON; a proxy or another server may have given it."
	}
	return strings.TrimSpace(said + "\n" + e.nextStep(err))
}

func (e *Env) adviseUnreachable(err *langsmith.Error) string {
	text := fmt.Sprintf("LangSmith at %s could not be reached, or did not answer: %s.", e.LangSmith.Endpoint(), strings.TrimSuffix(markdown.Line(err.Err.Error(), 300), "."))
	if err.RetryAfter > 0 {
		return text + " " + retryAdvice(err.RetryAfter)
	}
	return text + "\nCheck LANGSMITH_ENDPOINT, the network and the proxy (HTTPS_PROXY); `langsmith-insights-mcp doctor` tests each. Then call again."
}

// nextStep says what helps against a status.
func (e *Env) nextStep(err *langsmith.Error) string {
	switch status := err.Status; {
	case status == http.StatusUnauthorized:
		return "The key was not accepted. Check LANGSMITH_API_KEY, and that LANGSMITH_ENDPOINT is the region the key was made in: " +
			strings.Join(langsmith.Regions(), ", ") + ". This server calls " + e.LangSmith.Endpoint().String() + "."
	case status == http.StatusForbidden:
		return e.adviseForbidden(err)
	case status == http.StatusNotFound:
		return adviseNotFound(err.Path)
	case status == http.StatusUnprocessableEntity:
		return adviseUnprocessable(err)
	case err.TooManyJobs():
		return "Wait for one of the running jobs (list_insights_jobs, wait_for_insights_job), then call again."
	case status == http.StatusTooManyRequests:
		return retryAdvice(err.RetryAfter)
	case status >= 500:
		return "LangSmith has trouble at the moment. Call again in a minute; if it lasts, see https://status.smith.langchain.com."
	case status >= 300 && status < 400:
		return "Set LANGSMITH_ENDPOINT to the address it redirects to; a redirect is not followed, since the key would go with it."
	case status == http.StatusOK:
		return "Check that LANGSMITH_ENDPOINT is LangSmith's API and not its web interface."
	}
	return ""
}

func (e *Env) adviseForbidden(err *langsmith.Error) string {
	if err.Code == "org_scoped_key_requires_workspace" || strings.Contains(err.Message, "org_scoped_key_requires_workspace") {
		return "The key spans several workspaces. Set LANGSMITH_WORKSPACE_ID to the one that holds the project, and call again."
	}
	workspace := "the key's own workspace"
	if id := e.LangSmith.Credentials().Workspace; id != uuid.Nil {
		workspace = "workspace " + id.String()
	}
	return fmt.Sprintf("The key was read but is not allowed this, in %s at %s. Either the workspace is not the project's (LANGSMITH_WORKSPACE_ID), "+
		"or the region is not (LANGSMITH_ENDPOINT), or the key lacks a permission: creating Insights jobs needs permission to create rules, "+
		"reading needs permission to view projects, and Insights needs a Plus or Enterprise plan.", workspace, e.LangSmith.Endpoint())
}

// adviseNotFound says what was not found, which the path tells and the answer
// often does not.
func adviseNotFound(path string) string {
	switch {
	case strings.Contains(path, "/insights/configs/"):
		return "There is no such config in this project. Call list_insights_configs."
	case strings.Contains(path, "/clusters/"):
		return "There is no such category in this job. Call get_insights_job for the ids it has."
	case strings.Contains(path, "/insights/"):
		return "There is no such job in this project, or it was deleted. Call list_insights_jobs."
	case strings.Contains(path, "/sessions/"):
		return "There is no such project in this workspace. Call list_projects."
	case strings.Contains(path, "/runs/"):
		return "There is no such run in this workspace; it may have passed its retention. Take a run's id from list_insights_runs."
	}
	return "There is nothing at this address. Check that LANGSMITH_ENDPOINT is LangSmith's API."
}

func adviseUnprocessable(err *langsmith.Error) string {
	if strings.Contains(err.Message, "_API_KEY") {
		return "The workspace lacks that model key. Add it in LangSmith under Settings, Secrets; or choose the other model; " +
			"or give cluster_model and summary_model the UUID of a model configuration."
	}
	return "Change what it names and call again."
}

func retryAdvice(after time.Duration) string {
	if after <= 0 {
		return "Call again in about a minute."
	}
	return fmt.Sprintf("Call again in %s.", roundUp(after))
}

func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
