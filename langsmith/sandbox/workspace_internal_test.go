package sandbox

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
)

// The number of workspaces that requests can create is bounded.
func TestWorkspacesAreBounded(t *testing.T) {
	t.Parallel()
	s := New(Options{Empty: true, AllowAnonymous: true})
	for range maxWorkspaces {
		if _, err := s.workspace(uuid.New()); err != nil {
			t.Fatal(err)
		}
	}
	a := s.process(Request{
		Method: http.MethodGet,
		Path:   "/sessions",
		Header: http.Header{"X-Tenant-Id": {uuid.NewString()}},
	}, s.now(), RoutesBoth)
	if a.status != http.StatusForbidden {
		t.Errorf("one more workspace: status %d", a.status)
	}
}
