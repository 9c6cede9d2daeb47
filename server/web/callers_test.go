package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// Each request to LangSmith of 120 concurrent callers has the caller's own key and workspace,
// over every transport, and no other header of the caller.
func TestCallersCredentialsAreSeparate(t *testing.T) {
	f := start(t, options{config: withTokens})
	const callers, colleagues = 120, 2 // colleagues share a workspace
	workspaces, projects := make([]uuid.UUID, callers), make([]uuid.UUID, callers)
	for n := range workspaces {
		if workspaces[n] = uuid.New(); n%colleagues != 0 {
			workspaces[n] = workspaces[n-1]
		}
		projects[n] = f.sandbox.AddProject(sandbox.Project{Workspace: workspaces[n], Name: fmt.Sprintf("project-%d", n)})
	}
	connect := []func(map[string]string) *client.Client{
		func(h map[string]string) *client.Client { return f.streamableClient(mcp.ProtocolVersion20260728, h) },
		func(h map[string]string) *client.Client { return f.streamableClient(mcp.ProtocolVersion20251125, h) },
		func(h map[string]string) *client.Client { return f.sseClient(h) },
	}
	texts := make([]string, callers)
	var all sync.WaitGroup
	for n := range callers {
		h := map[string]string{"Authorization": "Bearer " + tokenA, "X-API-Key": callerKey(n), "X-Tenant-Id": workspaces[n].String()}
		if n%2 == 1 {
			h = map[string]string{"Authorization": "Bearer " + tokenB, "LANGSMITH-API-KEY": callerKey(n), "LANGSMITH-WORKSPACE-ID": workspaces[n].String()}
		}
		c := connect[n%len(connect)](h)
		all.Go(func() {
			texts[n] = call(t, c, "create_insights_job", args{"project": fmt.Sprintf("project-%d", n), "model": "openai"})
		})
	}
	all.Wait()

	owner := map[string]uuid.UUID{}
	for n, workspace := range workspaces {
		owner[callerKey(n)] = workspace
		if jobs := f.sandbox.Jobs(workspace, projects[n]); len(jobs) != 1 {
			t.Errorf("caller %d has %d jobs: %s", n, len(jobs), texts[n])
		}
	}
	posts := 0
	for _, r := range f.upstream() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/insights") {
			posts++
		}
		key, tenant := r.Header.Get("X-Api-Key"), r.Header.Get("X-Tenant-Id")
		if owner[key].String() != tenant {
			t.Fatalf("%s %s has the key %q and the workspace %q", r.Method, r.Path, key, tenant)
		}
		if all := fmt.Sprint(r.Header); strings.Contains(all, "token-of-team") {
			t.Fatalf("this server's own token was sent to LangSmith: %s", all)
		}
	}
	if posts != callers || f.sandbox.JobsStarted() != callers {
		t.Errorf("%d POSTs and %d jobs for %d callers", posts, f.sandbox.JobsStarted(), callers)
	}
}

// A request with a caller's key does not use the operator's workspace and project. Others do.
func TestCallersKeyDropsOperatorsWorkspaceAndProject(t *testing.T) {
	f := start(t, options{})
	f.sandbox.AddProject(sandbox.Project{Name: "theirs"}) // in the workspace of the key itself
	session := f.open(nil)
	create := toolCall(2, "create_insights_job", args{"dry_run": true})

	if got := f.post("/mcp", session, create).tool(t); got.Result.IsError {
		t.Errorf("with the operator's key: %s", got.text())
	}
	f.sandbox.ResetRequests()
	if got := f.post("/mcp", session.with(headers{"X-API-Key": callerKey(1)}), create).tool(t); !got.Result.IsError {
		t.Errorf("with a caller's key the operator's project is used: %s", got.text())
	}
	got := f.post("/mcp", session.with(headers{"X-API-Key": callerKey(1)}), toolCall(3, "list_projects", args{})).tool(t)
	if !strings.Contains(got.text(), "theirs") {
		t.Errorf("list_projects returns %s", got.text())
	}
	for _, r := range f.upstream() {
		if r.Header.Get("X-Api-Key") != callerKey(1) || r.Header.Get("X-Tenant-Id") != "" {
			t.Errorf("%s %s has the headers %v", r.Method, r.Path, r.Header)
		}
	}
	if got := f.post("/mcp", session, toolCall(4, "list_projects", args{})).tool(t); !strings.Contains(got.text(), projectName) {
		t.Errorf("afterwards, with the operator's key: %s", got.text())
	}
}

// A caller's region gets the caller's key and no other.
func TestCallersEndpointNeverGetsOperatorsKey(t *testing.T) {
	var mu sync.Mutex
	hosts := map[string]string{} // the keys that were sent to each host
	f := start(t, options{wrap: func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			hosts[r.URL.Host] += r.Header.Get("X-Api-Key") + " "
			mu.Unlock()
			return next.RoundTrip(r)
		})
	}})
	session := f.open(nil)
	list := toolCall(2, "list_projects", args{})
	f.post("/mcp", session.with(headers{"X-API-Key": callerKey(1), "LANGSMITH-ENDPOINT": "https://eu.api.smith.langchain.com"}), list).tool(t)
	f.post("/mcp", session.with(headers{"X-API-Key": callerKey(2)}), list).tool(t)
	f.post("/mcp", session, list).tool(t)
	if eu := hosts["eu.api.smith.langchain.com"]; !strings.Contains(eu, callerKey(1)) || strings.Contains(eu, operatorKey) || strings.Contains(eu, callerKey(2)) {
		t.Errorf("the region got %q", eu)
	}
	if home := hosts["langsmith.test"]; strings.Contains(home, callerKey(1)) || !strings.Contains(home, callerKey(2)) || !strings.Contains(home, operatorKey) {
		t.Errorf("the operator's endpoint got %q", home)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// On /sse each message must have the credentials that opened the stream, or none if it was
// opened without: the session id in the address is not a credential.
func TestCredentialsOnSSE(t *testing.T) {
	f := start(t, options{})
	workspace := headers{"X-Tenant-Id": uuid.NewString()}
	for name, c := range map[string]struct {
		opener, other headers
		key           string
	}{
		"without the key":        {ownKey(1), nil, callerKey(1)},
		"with another key":       {ownKey(1), ownKey(2), callerKey(1)},
		"with another workspace": {ownKey(1), ownKey(1).with(workspace), callerKey(1)},
		"with a key later":       {nil, ownKey(1), operatorKey},
	} {
		f.sandbox.ResetRequests()
		stream := f.openSSE(c.opener)
		if got := f.post(stream.path, c.other, toolCall(1, "list_projects", args{})); got.status != http.StatusNotFound || len(f.upstream()) > 0 {
			t.Errorf("%s: %d %s, %d requests upstream", name, got.status, got.body, len(f.upstream()))
		}
		stream.post(c.opener, toolCall(2, "list_projects", args{}))
		stream.result(2)
		if got := keysOf(f.upstream()); got != c.key {
			t.Errorf("%s: the opener's own message has the key %s", name, got)
		}
	}
}

func keysOf(requests []sandbox.Request) string {
	keys := map[string]bool{}
	var list []string
	for _, r := range requests {
		if key := r.Header.Get("X-Api-Key"); !keys[key] {
			keys[key] = true
			list = append(list, key)
		}
	}
	return strings.Join(list, " ")
}
