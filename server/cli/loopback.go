package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/stdio"
)

// Connect serves one client in this process, over the same transport as stdio,
// and returns it initialized. stop ends both and returns what serving ended with.
func Connect(ctx context.Context, served *mcpserver.MCPServer, logger zerolog.Logger, options ...client.ClientOption) (connected *client.Client, stop func() error, err error) {
	ctx, cancel := context.WithCancel(ctx)
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := stdio.Serve(ctx, served, toServer, fromServer, stdio.Options{
			Lighten: true,
			Logger:  logger,
			Grace:   stdioGrace,
		})
		_ = fromServer.Close()
		ended <- err
	}()
	connected = client.NewClient(transport.NewIO(toClient, fromClient, io.NopCloser(eof{})), options...)
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
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	hello.Params.ClientInfo = mcp.Implementation{Name: server.Name + "-loopback", Version: server.Version()}
	if _, err := connected.Initialize(ctx, hello); err != nil {
		return nil, nil, fmt.Errorf("initialize: %w", errors.Join(err, stop()))
	}
	return connected, stop, nil
}

// eof is a log that says nothing.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }
