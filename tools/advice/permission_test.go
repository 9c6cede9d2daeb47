package advice

import (
	"testing"

	"langsmith-insights-mcp/langsmith"
)

// The permission of each operation, as LangSmith documents it.
func TestPermissions(t *testing.T) {
	const project, job, config = "/sessions/11111111-1111-4111-8111-111111111111", "/22222222-2222-4222-8222-222222222222", "/33333333-3333-4333-8333-333333333333"
	for operation, want := range map[[2]string]string{
		{"GET", "/sessions"}:                                     "the permission projects:read",
		{"GET", project}:                                         "the permission projects:read",
		{"GET", project + "/insights"}:                           "the permission projects:read",
		{"GET", project + "/insights" + job}:                     "the permission projects:read",
		{"GET", project + "/insights" + job + "/runs"}:           "the permission projects:read",
		{"POST", project + "/insights"}:                          "the permission projects:read or rules:create",
		{"PATCH", project + "/insights" + job}:                   "the permission projects:update",
		{"DELETE", project + "/insights" + job}:                  "the permission projects:delete",
		{"GET", project + "/insights/configs"}:                   "the permission rules:read",
		{"POST", project + "/insights/configs"}:                  "the permission rules:create",
		{"POST", project + "/insights/configs/generate"}:         "the permission rules:create",
		{"PATCH", project + "/insights/configs" + config}:        "the permission rules:update",
		{"DELETE", project + "/insights/configs" + config}:       "the permission rules:delete",
		{"GET", "/api/v2/runs" + job}:                            "the permission to read this",
		{"POST", "/platform/annotation-queues" + job + "/items"}: "the permission to change this",
	} {
		if got := missingPermission(&langsmith.Error{Method: operation[0], Path: operation[1]}); got != want {
			t.Errorf("%s: %q, want %q", operation, got, want)
		}
	}
}
