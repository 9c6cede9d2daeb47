// Package advice turns errors into what an agent needs: what failed, what LangSmith
// said, and what to do next.
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

// MaxCause bounds the text of an error inside a sentence, in characters.
const MaxCause = 500

// Explain says what failed, what LangSmith said and what to do next. The client is
// the one whose request failed.
func Explain(client *langsmith.Client, err error) string {
	var api *langsmith.Error
	var noToken *langsmith.LoginError
	switch {
	case errors.As(err, &noToken):
		text := markdown.Line(noToken.Error(), MaxCause)
		return strings.ToUpper(text[:1]) + text[1:]
	case errors.Is(err, langsmith.ErrNoCredentials):
		return "No LangSmith credentials are configured. Set LANGSMITH_API_KEY (or LANGSMITH_API_KEY_FILE) in this server's environment, " +
			"or, over HTTP, send an X-API-Key header; or sign in with LangSmith's CLI (langsmith auth login) where this server runs. Keys are made in LangSmith under Settings, API Keys."
	case errors.As(err, &api):
		return explainAnswer(client, api)
	case errors.Is(err, context.DeadlineExceeded):
		return "The call ran out of time before LangSmith answered. Call again."
	}
	return "Failed: " + markdown.Line(err.Error(), MaxCause)
}

// Cause says, as a part of a sentence, why a request has no usable answer.
func Cause(err error) string {
	var api *langsmith.Error
	switch {
	case !errors.As(err, &api):
		return markdown.Line(err.Error(), MaxCause)
	case api.Status == 0 && api.Err != nil:
		return "no answer came (" + markdown.Line(api.Err.Error(), MaxCause) + ")"
	case api.Status == http.StatusOK:
		return "the answer was not one that LangSmith gives"
	}
	text := fmt.Sprintf("LangSmith answered %d %s", api.Status, http.StatusText(api.Status))
	if api.Message != "" {
		text += ", saying " + markdown.Quote(api.Message, MaxCause)
	}
	return text
}
