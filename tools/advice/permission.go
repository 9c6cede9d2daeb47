package advice

import (
	"net/http"
	"regexp"
	"sync"

	"langsmith-insights-mcp/langsmith"
)

// operationPermission is the permission that LangSmith documents for an operation.
type operationPermission struct {
	method     string
	path       *regexp.Regexp
	permission string
}

// operationPermissions are the permissions for Insights. The first match applies.
var operationPermissions = sync.OnceValue(func() []operationPermission {
	configs, job := regexp.MustCompile(`/insights/configs(/|$)`), regexp.MustCompile(`/insights/[^/]+$`)
	return []operationPermission{
		{http.MethodGet, configs, "rules:read"},
		{http.MethodPost, configs, "rules:create"},
		{http.MethodPatch, configs, "rules:update"},
		{http.MethodDelete, configs, "rules:delete"},
		{http.MethodPost, regexp.MustCompile(`/insights$`), "projects:read or rules:create"},
		{http.MethodPatch, job, "projects:update"},
		{http.MethodDelete, job, "projects:delete"},
		{http.MethodGet, regexp.MustCompile(`^/sessions(/|$)`), "projects:read"},
	}
})

// missingPermission names the permission that a refused credential may lack.
func missingPermission(err *langsmith.Error) string {
	for _, operation := range operationPermissions() {
		if operation.method == err.Method && operation.path.MatchString(err.Path) {
			return "the permission " + operation.permission
		}
	}
	if err.Method == http.MethodGet {
		return "the permission to read this"
	}
	return "the permission to change this"
}

// describeCredential says what may be wrong with a refused credential.
func (a Audience) describeCredential(c langsmith.Credentials) string {
	switch {
	case c.APIKey != "" || c.Empty():
		return "the key (" + a.setting("LANGSMITH_API_KEY") + "): it may be mistyped or revoked"
	case c.BearerToken != "":
		return "the bearer token (LANGSMITH_BEARER_TOKEN): it may have expired"
	}
	return "the login (langsmith auth login): it may be another person's"
}
