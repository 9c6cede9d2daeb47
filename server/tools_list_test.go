package server_test

import (
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/servertest"
	"langsmith-insights-mcp/tools"
)

// mostListed is what the list of all tools may cost every conversation, in bytes.
const mostListed = 24_000

// TestToolsList holds what a client is told of the tools against what it was
// told before, since nothing else of the server is read as often.
func TestToolsList(t *testing.T) {
	f := servertest.Start(t, servertest.Options{})
	list, err := f.Client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != len(tools.All()) {
		t.Errorf("%d tools are listed, of %d", len(list.Tools), len(tools.All()))
	}
	readable, err := json.MarshalIndent(list.Tools, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	servertest.Golden(t, "tools_list.json", string(readable)+"\n")

	// The client's copy is written otherwise than what came over the wire.
	answer := server.NewMCP(f.Backend).HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	wire, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("tools/list has %d bytes", len(wire))
	if len(wire) >= mostListed {
		t.Errorf("the list has %d bytes; less than %d are allowed", len(wire), mostListed)
	}
}
