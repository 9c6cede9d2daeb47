package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func sandboxCommand(streams Streams) *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run the embedded LangSmith as an API server",
		Long: "Runs a LangSmith that lives in memory, with sample projects, for trying clients out.\n" +
			"It takes any key. Point a client at it with LANGSMITH_ENDPOINT=http://127.0.0.1:1984.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, _, err := net.SplitHostPort(addr); err != nil {
				return usage(fmt.Sprintf("--addr: want HOST:PORT such as 127.0.0.1:1984, not %q", addr))
			}
			return runSandbox(cmd.Context(), addr, streams)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:1984", "the address to listen on")
	return cmd
}

func runSandbox(ctx context.Context, addr string, streams Streams) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("the sandbox cannot listen: %w", err)
	}
	server := &http.Server{
		Handler:           sandbox.New(sandbox.Options{}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	fmt.Fprintf(streams.Err, "A LangSmith sandbox listens on http://%s and takes any key.\n", listener.Addr())
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
