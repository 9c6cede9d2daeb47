package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/identity"
	"langsmith-insights-mcp/server/stdio"
)

// Connect connects a client to an MCP server in this process, over pipes with the stdio
// transport, and initializes it. stop ends both and returns the error of the transport.
func Connect(ctx context.Context, s *mcpserver.MCPServer, logger zerolog.Logger, options ...client.ClientOption) (connected *client.Client, stop func() error, err error) {
	ctx, cancel := context.WithCancel(ctx)
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := stdio.Serve(ctx, s, toServer, fromServer, stdio.Options{
			Logger: logger,
			Grace:  stdioGrace,
		})
		_ = fromServer.Close()
		ended <- err
	}()
	noStderr := io.NopCloser(strings.NewReader(""))
	connected = client.NewClient(transport.NewIO(toClient, fromClient, noStderr), options...)
	stop = func() error {
		_ = fromClient.Close() // the end of the server's input
		err := <-ended
		cancel()
		_ = connected.Close()
		_ = toServer.Close()
		return err
	}
	if err := connected.Start(ctx); err != nil {
		return nil, nil, fmt.Errorf("start the client: %w", errors.Join(err, stop()))
	}
	var initialize mcp.InitializeRequest
	initialize.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	initialize.Params.ClientInfo = mcp.Implementation{Name: identity.Name + "-loopback", Version: server.Version()}
	if _, err := connected.Initialize(ctx, initialize); err != nil {
		return nil, nil, fmt.Errorf("initialize: %w", errors.Join(err, stop()))
	}
	return connected, stop, nil
}
