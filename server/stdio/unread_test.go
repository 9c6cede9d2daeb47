package stdio_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/stdio"
)

// A client that reads no response does not block the server, which notices the end of the
// input after requests and refusals.
func TestClientThatDoesNotRead(t *testing.T) {
	unread, out := io.Pipe()
	defer unread.Close() // ends the blocked writers
	in := strings.Repeat("not JSON\n", 500) + strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n", 500)
	done := make(chan error, 1)
	go func() {
		done <- stdio.Serve(context.Background(), mcpserver.NewMCPServer("test", "1"), strings.NewReader(in), out, stdio.Options{Logger: zerolog.Nop(), Grace: 50 * time.Millisecond})
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
