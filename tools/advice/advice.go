// Package advice explains errors to an agent: what failed, what LangSmith said, and what
// to do next.
package advice

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

// MaxCause is the maximum length of an error's text within a sentence, in characters.
const MaxCause = 500

// Explain says what failed, what LangSmith said and what to do next. client is the client
// of the failed request.
func (a Audience) Explain(client *langsmith.Client, err error) string {
	var api *langsmith.Error
	var noToken *langsmith.LoginError
	switch {
	case errors.As(err, &noToken) && a != Operator:
		return a.tell("its login at LangSmith has no valid token", "")
	case errors.As(err, &noToken):
		text := markdown.Line(noToken.Error(), MaxCause)
		return strings.ToUpper(text[:1]) + text[1:]
	case errors.Is(err, langsmith.ErrNoCredentials) && a != Operator:
		return "This server has no LangSmith credentials of its own: send your key in the header X-API-Key. Create one in LangSmith under Settings, API Keys."
	case errors.Is(err, langsmith.ErrNoCredentials):
		return "No LangSmith credentials are configured. Set LANGSMITH_API_KEY (or LANGSMITH_API_KEY_FILE) in this server's environment, " +
			"or sign in with LangSmith's CLI (langsmith auth login) where this server runs. Create a key in LangSmith under Settings, API Keys."
	case errors.As(err, &api):
		return a.explainAPIError(client, api)
	case errors.Is(err, context.DeadlineExceeded):
		return "The call timed out before LangSmith responded. Call again."
	}
	return "Failed: " + markdown.Line(err.Error(), MaxCause)
}

// Cause says why a request has no usable response, as part of a sentence.
func (a Audience) Cause(err error) string {
	var api *langsmith.Error
	switch {
	case !errors.As(err, &api):
		return markdown.Line(err.Error(), MaxCause)
	case api.Status == 0 && api.Err != nil:
		return "there was no response (" + markdown.Line(a.describeFailure(api), MaxCause) + ")"
	case api.Status == http.StatusOK:
		return "the response was not LangSmith's"
	}
	text := fmt.Sprintf("LangSmith answered %d %s", api.Status, http.StatusText(api.Status))
	if api.Message != "" {
		text += ", saying " + markdown.Quote(api.Message, MaxCause)
	}
	return text
}
