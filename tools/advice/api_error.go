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

// explainAPIError says what LangSmith answered, or that it did not, and what to do next.
func (a Audience) explainAPIError(client *langsmith.Client, err *langsmith.Error) string {
	if err.Status == 0 {
		return a.explainUnreachable(client, err)
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
	case err.Message == "" && err.Err != nil && a == Operator: // a redirect
		said += ": " + toSentence(err.Err.Error())
	case err.NotJSON:
		said += ". The response does not look like LangSmith's; a proxy or another server may have sent it."
	default:
		said += "."
	}
	for _, field := range err.Fields[:min(len(err.Fields), maxFields)] {
		said += "\n- " + strings.TrimPrefix(markdown.Line(markdown.Escape(field.Field), 120)+": ", ": ") + markdown.Quote(field.Problem, 300)
	}
	return strings.TrimSpace(said + "\n" + a.suggestNext(client, err))
}

// maxFields is the maximum number of listed field errors.
const maxFields = 10

func isSuccess(status int) bool { return status >= 200 && status < 300 }

// describeUnreadable says what is wrong with a response of a successful status.
func describeUnreadable(err *langsmith.Error) string {
	var shape *json.UnmarshalTypeError
	switch {
	case isPage(err):
		return "the response is not JSON; it may be a web page of a proxy or of another server."
	case err.NotJSON:
		return "its JSON is truncated or damaged."
	case errors.As(err.Err, &shape):
		return fmt.Sprintf("its JSON is not what the API documents: it has an unexpected %s.", markdown.Word(shape.Value, 40))
	case err.Err != nil:
		return toSentence(err.Err.Error())
	}
	return "the response is not usable."
}

// isPage reports whether a response does not begin like JSON, such as a web page.
func isPage(err *langsmith.Error) bool {
	var syntax *json.SyntaxError
	return err.NotJSON && errors.As(err.Err, &syntax) && syntax.Offset <= 1
}

// toSentence turns an error's text into a sentence of bounded length.
func toSentence(text string) string {
	return strings.TrimRight(markdown.Line(text, 300), ".") + "."
}

func (a Audience) explainUnreachable(client *langsmith.Client, err *langsmith.Error) string {
	cause := toSentence(a.describeFailure(err))
	if err.RetryAfter > 0 {
		return strings.ToUpper(cause[:1]) + cause[1:] + " " + suggestRetry(err.RetryAfter)
	}
	said := fmt.Sprintf("LangSmith at %s could not be reached or did not respond: %s\n", client.Endpoint(), cause)
	if a != Operator {
		return said + suggestRetry(0) + " If it persists, tell this server's operator."
	}
	return said + "Check LANGSMITH_ENDPOINT, the network and the proxy (HTTPS_PROXY); `langsmith-insights-mcp doctor` tests each. Then call again."
}

const (
	runNeedsProject = "This LangSmith finds a run only by its project: call get_run again with the run's project or session_id (list_projects has them)"
	notAnAPI        = "the address it calls may not be LangSmith's API"
	suggestOwnKey   = "Tell this server's operator, or send a LangSmith key of your own in the header X-API-Key."
)

// suggestNext says what to do about a status.
func (a Audience) suggestNext(client *langsmith.Client, err *langsmith.Error) string {
	switch status := err.Status; {
	case status == http.StatusUnauthorized:
		return a.explainUnauthorized(client)
	case status == http.StatusForbidden:
		return a.explainForbidden(client, err)
	case status == http.StatusNotFound:
		return a.explainNotFound(client, err)
	case status == http.StatusUnprocessableEntity, status == http.StatusBadRequest:
		return explainUnprocessable(err)
	case err.TooManyJobs():
		return "Wait for one of the running jobs (list_insights_jobs, wait_for_insights_job), then call again."
	case status == http.StatusTooManyRequests:
		return "The key has used up its rate limit. " + suggestRetry(err.RetryAfter)
	case status == http.StatusRequestTimeout, status == http.StatusConflict:
		return suggestRetry(err.RetryAfter)
	case errors.Is(err, langsmith.ErrRunNeedsProject) && a != Operator:
		return runNeedsProject + "."
	case errors.Is(err, langsmith.ErrRunNeedsProject):
		return runNeedsProject + ", or set LANGSMITH_PROJECT."
	case status == http.StatusNotImplemented, status == http.StatusGone:
		return fmt.Sprintf("This LangSmith no longer (or not yet) serves %s %s, so calling again does not help. ", err.Method, err.Path) +
			a.tell("it needs an update", "Update this server; a self-hosted LangSmith may need an update too (v0.16 or newer).")
	case status >= 500:
		return "LangSmith has a problem at the moment. " + suggestRetry(err.RetryAfter) + " If it persists, see https://status.smith.langchain.com."
	case status >= 300 && status < 400:
		return a.tell("LangSmith's address redirects to another", "Set LANGSMITH_ENDPOINT to the address it redirects to; redirects are not followed, since they would receive the key.")
	case isSuccess(status) && err.NotJSON && !isPage(err):
		return "Call again. If it persists, a proxy between this server and LangSmith truncates responses."
	case isSuccess(status):
		return a.tell(notAnAPI,
			fmt.Sprintf("Check that LANGSMITH_ENDPOINT is LangSmith's API and not its web interface (this server calls %s); otherwise call again.", client.Endpoint()))
	}
	return ""
}

func (a Audience) explainUnauthorized(client *langsmith.Client) string {
	credential := "The key was not accepted: check " + a.setting("LANGSMITH_API_KEY")
	switch c := client.Credentials(); {
	case a == Guest:
		return "This server's own credential was not accepted. " + suggestOwnKey
	case c.APIKey == "" && c.BearerToken != "":
		credential = "The bearer token was not accepted, or has expired: check LANGSMITH_BEARER_TOKEN"
	case c.IsBearer():
		return "The login was not accepted. Sign in again: langsmith auth login"
	}
	return credential + ". A key is valid only in the region where it was created; this server calls " + client.Endpoint().String() + a.listOtherRegions(client) + "."
}

// listOtherRegions lists the other regions that LANGSMITH_ENDPOINT can be set to.
func (a Audience) listOtherRegions(client *langsmith.Client) string {
	if !client.Endpoint().IsRegion() {
		return " (" + a.setting("LANGSMITH_ENDPOINT") + ")"
	}
	others := slices.DeleteFunc(langsmith.Regions(), func(region string) bool { return region == client.Endpoint().String() })
	return " (" + a.setting("LANGSMITH_ENDPOINT") + "; the others are " + strings.Join(others, ", ") + ")"
}

func (a Audience) explainForbidden(client *langsmith.Client, err *langsmith.Error) string {
	credentials := client.Credentials()
	switch {
	case a == Guest:
		return fmt.Sprintf("This server's own credential does not allow this. It may lack %s, or be of another workspace or region. %s", missingPermission(err), suggestOwnKey)
	case err.NeedsWorkspace():
		return "The credential spans several workspaces. Set " + a.setting("LANGSMITH_WORKSPACE_ID") + " to the one with the project, and call again."
	}
	workspace := "the key's own workspace"
	if credentials.Workspace != uuid.Nil {
		workspace = "workspace " + credentials.Workspace.String()
	}
	return fmt.Sprintf("The credential does not allow this in %s at %s. One of these is wrong:\n"+
		"- the workspace: set %s to the one with the project;\n"+
		"- the region%s;\n"+
		"- %s, or lack %s; Insights also requires a Plus or Enterprise plan.",
		workspace, client.Endpoint(), a.setting("LANGSMITH_WORKSPACE_ID"), a.listOtherRegions(client), a.describeCredential(credentials), missingPermission(err))
}

// explainNotFound says what was not found, by the path, since the response often does not
// say it.
func (a Audience) explainNotFound(client *langsmith.Client, err *langsmith.Error) string {
	if err.NotJSON {
		return a.tell(notAnAPI, "There may be no LangSmith API at "+client.Endpoint().String()+": check LANGSMITH_ENDPOINT.")
	}
	for _, thing := range missingThings {
		if found := thing.path.FindStringSubmatch(err.Path); found != nil {
			return fmt.Sprintf("There is no "+thing.advice, found[1])
		}
	}
	return "There is nothing at this address. " + a.tell(notAnAPI, "Check that LANGSMITH_ENDPOINT is LangSmith's API.")
}

// missingThings say what was not found by the path of a request; the group of the
// expression is its id. The first match applies.
var missingThings = []struct {
	path   *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`^/sessions/([^/]+)(?:/insights(?:/configs(?:/generate)?)?)?$`), "project %s in this workspace. Call list_projects."},
	{regexp.MustCompile(`/insights/configs/([^/]+)`), "config %s in this project. Call list_insights_configs."},
	{regexp.MustCompile(`/insights/[^/]+/clusters/([^/]+)`), "category %s in this job, or no such job. Call get_insights_job for the categories it has."},
	{regexp.MustCompile(`/insights/([^/]+)`), "job %s in this project: it was deleted, or is another project's. Call list_insights_jobs."},
	{regexp.MustCompile(`^(?:/api/v2)?/runs/([0-9a-f-]{36})`), "run %s here: it is another project's, or has passed its retention. Take a run's id from list_insights_runs; if project or session_id was given, call get_run without."},
	{regexp.MustCompile(`^/datasets/([^/]+)`), "dataset %s in this workspace."},
	{regexp.MustCompile(`^(?:/platform)?/annotation-queues/([^/]+)`), "annotation queue %s in this workspace."},
}

// modelSecret matches the name of a workspace's secret that holds a model
// provider's key.
var modelSecret = regexp.MustCompile(`[A-Z][A-Z0-9_]*_API_KEY`)

func explainUnprocessable(err *langsmith.Error) string {
	if missing := modelSecret.FindAllString(err.Message, -1); missing != nil {
		return "The workspace lacks the model secret " + strings.Join(missing, ", ") + ". Add it in LangSmith under Settings, Secrets; or choose the other model; " +
			"or set cluster_model and summary_model to the UUID of a model configuration. dry_run lists the existing secrets."
	}
	return "Correct the fields that it names and call again."
}

func suggestRetry(after time.Duration) string {
	if after <= 0 {
		return "Call again in about a minute."
	}
	return "Call again in " + wording.Duration(after+time.Second-1) + "."
}
