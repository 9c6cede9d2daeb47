package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// DefaultWorkspace is the workspace of requests that name none.
func DefaultWorkspace() uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("sandbox/workspace"))
}

// authorize checks the credential and returns the request's workspace.
//
// Unknown: LangSmith's wording of a 401 and of the 403 for a foreign key.
func (s *Sandbox) authorize(h http.Header, now time.Time) (uuid.UUID, error) {
	credential, bearer := h.Get("X-Api-Key"), false
	if credential == "" {
		credential, bearer = strings.CutPrefix(h.Get("Authorization"), "Bearer ")
	}
	known := append(slices.Clone(s.opts.Keys), s.opts.OrgKeys...)
	switch {
	case bearer && strings.HasPrefix(credential, accessTokenPrefix):
		if !now.Before(s.tokens.access[credential]) {
			return uuid.Nil, refuse(http.StatusUnauthorized, "Invalid or expired token")
		}
	case credential == "" && s.opts.AllowAnonymous:
	case credential == "":
		return uuid.Nil, refuse(http.StatusUnauthorized, "Authentication required")
	case len(known) > 0 && !slices.Contains(known, credential):
		return uuid.Nil, refuse(http.StatusForbidden, "Forbidden")
	}

	tenant := h.Get("X-Tenant-Id")
	if tenant == "" {
		if bearer || slices.Contains(s.opts.OrgKeys, credential) {
			return uuid.Nil, &apiError{
				status: http.StatusForbidden,
				body:   map[string]string{"error": "org_scoped_key_requires_workspace"},
			}
		}
		return DefaultWorkspace(), nil
	}
	// Unknown: LangSmith's response to an invalid workspace id.
	var f validationErrors
	id := asUUID(&f, []any{"header", "x-tenant-id"}, tenant)
	if id == uuid.Nil && f.err() == nil {
		return DefaultWorkspace(), nil
	}
	return id, f.err()
}
