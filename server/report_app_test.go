package server_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools/app"
)

// rendersApps declares that a client shows MCP Apps.
func rendersApps() client.ClientOption {
	return client.WithClientCapabilities(mcp.ClientCapabilities{Extensions: map[string]any{app.Extension: app.Settings()}})
}

func TestAppToolsReferToPage(t *testing.T) {
	f := servertest.Start(t, servertest.Options{})
	listed, err := f.Client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, tool := range listed.Tools {
		if tool.Meta == nil {
			continue
		}
		named = append(named, tool.Name)
		ui, _ := tool.Meta.AdditionalFields["ui"].(map[string]any)
		if ui["resourceUri"] != app.URI || tool.Meta.AdditionalFields["ui/resourceUri"] != app.URI {
			t.Errorf("%s: _meta is %v", tool.Name, tool.Meta.AdditionalFields)
		}
	}
	slices.Sort(named)
	if want := []string{"compare_insights_jobs", "get_insights_job", "wait_for_insights_job"}; !slices.Equal(named, want) {
		t.Errorf("the page is named by %v, want %v", named, want)
	}
}

func TestPageIsAResource(t *testing.T) {
	f := servertest.Start(t, servertest.Options{})
	listed, err := f.Client.ListResources(t.Context(), mcp.ListResourcesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(listed.Resources, func(r mcp.Resource) bool { return r.URI == app.URI })
	if at < 0 || listed.Resources[at].MIMEType != app.MIMEType || listed.Resources[at].Meta == nil {
		t.Fatalf("the resources are %+v", listed.Resources)
	}
	var request mcp.ReadResourceRequest
	request.Params.URI = app.URI
	read, err := f.Client.ReadResource(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	page, ok := read.Contents[0].(mcp.TextResourceContents)
	if !ok || page.URI != app.URI || page.MIMEType != app.MIMEType || page.Text != app.HTML() {
		t.Errorf("the page came as %.200v", read.Contents[0])
	}
	if ui, _ := page.Meta["ui"].(map[string]any); ui["prefersBorder"] != true {
		t.Errorf("the page's _meta is %v", page.Meta)
	}
}

// TestResultsForHostsWithoutApps calls in both protocol eras, as a client that
// shows apps and as one that does not.
func TestResultsForHostsWithoutApps(t *testing.T) {
	for era, options := range map[string][]client.ClientOption{"2026-07-28": nil, "initialize": {client.WithProtocolVersion("2025-11-25")}} {
		t.Run(era, func(t *testing.T) {
			plain := servertest.Start(t, servertest.Options{Client: options})
			shows := servertest.Start(t, servertest.Options{Client: append(slices.Clone(options), rendersApps())})
			for _, f := range []*servertest.Fixture{plain, shows} {
				settings, _ := json.Marshal(f.Client.GetServerCapabilities().Extensions[app.Extension])
				if want, _ := json.Marshal(app.Settings()); string(settings) != string(want) {
					t.Errorf("the extension's settings are %s, want %s", settings, want)
				}
			}
			if a, b := openReport(t, plain), openReport(t, shows); !reflect.DeepEqual(a, b) {
				t.Errorf("without apps:\n%v\nwith:\n%v", a, b)
			}
		})
	}
}

// openReport returns the text and the structured content of a report.
func openReport(t *testing.T, f *servertest.Fixture) []string {
	t.Helper()
	about := servertest.Args{"project": "chat-prod"}
	var job struct {
		ID string `json:"id"`
	}
	f.Call(t, "create_insights_job", about).Decode(t, &job)
	about["job_id"] = job.ID
	waiting := maps.Clone(about)
	waiting["timeout_seconds"] = 0
	var seen []string
	for range 4 { // the sandbox's jobs are done when they are read for the third time
		reply := f.Call(t, "wait_for_insights_job", waiting)
		seen = append(seen, reply.Text, string(reply.Structured))
	}
	return seen
}
