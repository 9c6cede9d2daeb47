package advice

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// explainAnswer says what LangSmith answered, or that it did not, and what helps.
func explainAnswer(client *langsmith.Client, err *langsmith.Error) string {
	if err.Status == 0 {
		return explainUnreachable(client, err)
	}
	said := fmt.Sprintf("LangSmith answered %d", err.Status)
	if text := http.StatusText(err.Status); text != "" {
		said += " " + text
	}
	if err.Code != "" {
		said += " (" + markdown.Word(err.Code, 80) + ")"
	}
	if err.Message != "" {
		said += ", saying " + markdown.Quote(err.Message, 600)
	}
	switch {
	case isSuccess(err.Status):
		said += ", but " + describeUnreadable(err)
	case err.Message == "" && err.Err != nil: // a redirect, and where to
		said += ": " + toSentence(err.Err.Error())
	case err.NotJSON:
		said += ". That is not LangSmith's own way of answering; a proxy or another server may have given it."
	default:
		said += "."
	}
	for _, field := range err.Fields[:min(len(err.Fields), maxFields)] {
		said += "\n- " + strings.TrimPrefix(markdown.Line(markdown.Escape(field.Field), 120)+": ", ": ") + markdown.Quote(field.Problem, 300)
	}
	return strings.TrimSpace(said + "\n" + suggestNext(client, err))
}

// maxFields is how many complaints about single fields are told.
const maxFields = 10

func isSuccess(status int) bool { return status >= 200 && status < 300 }

// describeUnreadable says what is wrong with an answer of a good status.
func describeUnreadable(err *langsmith.Error) string {
	var shape *json.UnmarshalTypeError
	switch {
	case isPage(err):
		return "the answer is not JSON; it may be a web page of a proxy or of another server."
	case err.NotJSON:
		return "its JSON is broken off or damaged."
	case errors.As(err.Err, &shape):
		return fmt.Sprintf("its JSON is not what the API documents: there is a %s where none is expected.", markdown.Word(shape.Value, 40))
	case err.Err != nil:
		return toSentence(err.Err.Error())
	}
	return "the answer is not usable."
}

// isPage reports whether an answer is no JSON from its first character on, as a web
// page is.
func isPage(err *langsmith.Error) bool {
	var syntax *json.SyntaxError
	return err.NotJSON && errors.As(err.Err, &syntax) && syntax.Offset <= 1
}

// toSentence makes one sentence, of bounded length, of an error's text.
func toSentence(text string) string {
	return strings.TrimRight(markdown.Line(text, 300), ".") + "."
}

func explainUnreachable(client *langsmith.Client, err *langsmith.Error) string {
	cause := "no answer came."
	if err.Err != nil {
		cause = toSentence(err.Err.Error())
	}
	if err.RetryAfter > 0 {
		return strings.ToUpper(cause[:1]) + cause[1:] + " " + suggestRetry(err.RetryAfter)
	}
	return fmt.Sprintf("LangSmith at %s could not be reached, or did not answer: %s\n"+
		"Check LANGSMITH_ENDPOINT, the network and the proxy (HTTPS_PROXY); `langsmith-insights-mcp doctor` tests each. Then call again.", client.Endpoint(), cause)
}

// suggestNext says what helps against a status.
func suggestNext(client *langsmith.Client, err *langsmith.Error) string {
	switch status := err.Status; {
	case status == http.StatusUnauthorized:
		return explainUnauthorized(client)
	case status == http.StatusForbidden:
		return explainForbidden(client, err)
	case status == http.StatusNotFound:
		return explainNotFound(client, err)
	case status == http.StatusUnprocessableEntity, status == http.StatusBadRequest:
		return explainUnprocessable(err)
	case err.TooManyJobs():
		return "Wait for one of the running jobs (list_insights_jobs, wait_for_insights_job), then call again."
	case status == http.StatusTooManyRequests:
		return "The key has used up its rate limit. " + suggestRetry(err.RetryAfter)
	case status == http.StatusRequestTimeout, status == http.StatusConflict:
		return suggestRetry(err.RetryAfter)
	case errors.Is(err, langsmith.ErrRunNeedsProject):
		return "This LangSmith finds a run only by its project: call get_run again with the run's project or session_id (list_projects has them), or set LANGSMITH_PROJECT."
	case status == http.StatusNotImplemented, status == http.StatusGone:
		return fmt.Sprintf("This LangSmith no longer (or not yet) serves %s %s, so calling again does not help. Update this server; a self-hosted LangSmith may need an update too (v0.16 or newer).", err.Method, err.Path)
	case status >= 500:
		return "LangSmith has trouble at the moment. " + suggestRetry(err.RetryAfter) + " If it lasts, see https://status.smith.langchain.com."
	case status >= 300 && status < 400:
		return "Set LANGSMITH_ENDPOINT to the address it redirects to; a redirect is not followed, since the key would go with it."
	case isSuccess(status) && err.NotJSON && !isPage(err):
		return "Call again. If it lasts, something between this server and LangSmith cuts answers short: a proxy, or its limits."
	case isSuccess(status):
		return fmt.Sprintf("Check that LANGSMITH_ENDPOINT is LangSmith's API and not its web interface (this server calls %s); else call again.", client.Endpoint())
	}
	return ""
}

func explainUnauthorized(client *langsmith.Client) string {
	credential := "The key was not accepted: check LANGSMITH_API_KEY, or the X-API-Key header sent to this server"
	switch c := client.Credentials(); {
	case c.APIKey == "" && c.BearerToken != "":
		credential = "The bearer token was not accepted, or has expired: check LANGSMITH_BEARER_TOKEN"
	case c.IsBearer():
		return "The login was not accepted. Sign in again: langsmith auth login"
	}
	return credential + ". A key is good in the region it was made in alone; this server calls " + client.Endpoint().String() + listOtherRegions(client) + "."
}

// listOtherRegions names the regions that LANGSMITH_ENDPOINT may be set to instead.
func listOtherRegions(client *langsmith.Client) string {
	if !client.Endpoint().IsRegion() {
		return " (LANGSMITH_ENDPOINT)"
	}
	others := slices.DeleteFunc(langsmith.Regions(), func(region string) bool { return region == client.Endpoint().String() })
	return " (LANGSMITH_ENDPOINT; the others are " + strings.Join(others, ", ") + ")"
}

func explainForbidden(client *langsmith.Client, err *langsmith.Error) string {
	credentials := client.Credentials()
	if err.NeedsWorkspace() {
		return "The credential spans several workspaces. Set LANGSMITH_WORKSPACE_ID to the one that holds the project, and call again."
	}
	workspace := "the key's own workspace"
	if credentials.Workspace != uuid.Nil {
		workspace = "workspace " + credentials.Workspace.String()
	}
	return fmt.Sprintf("The credential is not allowed this in %s at %s. One of these is wrong:\n"+
		"- the workspace: set LANGSMITH_WORKSPACE_ID to the one that holds the project;\n"+
		"- the region%s;\n"+
		"- %s, or lack %s; Insights also takes a Plus or Enterprise plan.", workspace, client.Endpoint(), listOtherRegions(client), credentialDoubt(credentials), missingPermission(err))
}

// explainNotFound says what was not found. The path tells that, and the answer
// often does not.
func explainNotFound(client *langsmith.Client, err *langsmith.Error) string {
	if err.NotJSON {
		return "There may be no LangSmith API at " + client.Endpoint().String() + ": check LANGSMITH_ENDPOINT."
	}
	for _, thing := range missingThings {
		if found := thing.path.FindStringSubmatch(err.Path); found != nil {
			return fmt.Sprintf("There is no "+thing.advice, found[1])
		}
	}
	return "There is nothing at this address. Check that LANGSMITH_ENDPOINT is LangSmith's API."
}

// missingThings tell what was not there by the path of a request, whose id is the
// group of the expression. The first that matches counts.
var missingThings = []struct {
	path   *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`^/sessions/([^/]+)(?:/insights(?:/configs(?:/generate)?)?)?$`), "project %s in this workspace. Call list_projects."},
	{regexp.MustCompile(`/insights/configs/([^/]+)`), "config %s in this project. Call list_insights_configs."},
	{regexp.MustCompile(`/insights/[^/]+/clusters/([^/]+)`), "category %s in this job, or no such job. Call get_insights_job for the categories it has."},
	{regexp.MustCompile(`/insights/([^/]+)`), "job %s in this project: it was deleted, or is another project's. Call list_insights_jobs."},
	{regexp.MustCompile(`^(?:/api/v2)?/runs/([0-9a-f-]{36})`), "run %s here: it is another project's, or has passed its retention. Take a run's id from list_insights_runs."},
	{regexp.MustCompile(`^/datasets/([^/]+)`), "dataset %s in this workspace."},
	{regexp.MustCompile(`^(?:/platform)?/annotation-queues/([^/]+)`), "annotation queue %s in this workspace."},
}

// modelSecret matches the name of a workspace's secret that holds a model
// provider's key.
var modelSecret = regexp.MustCompile(`[A-Z][A-Z0-9_]*_API_KEY`)

func explainUnprocessable(err *langsmith.Error) string {
	if missing := modelSecret.FindAllString(err.Message, -1); missing != nil {
		return "The workspace lacks the model secret " + strings.Join(missing, ", ") + ". Add it in LangSmith under Settings, Secrets; or choose the other model; " +
			"or give cluster_model and summary_model the UUID of a model configuration. dry_run shows which secrets there are."
	}
	return "Change what it names and call again."
}

func suggestRetry(after time.Duration) string {
	if after <= 0 {
		return "Call again in about a minute."
	}
	return "Call again in " + wording.Duration(after+time.Second-1) + "."
}
