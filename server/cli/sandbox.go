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
	"langsmith-insights-mcp/server/config"
)

func newSandboxCommand() *cobra.Command {
	var addr, generations string
	cmd := &cobra.Command{
		Use:     "sandbox",
		Short:   "Run the embedded LangSmith as an API server",
		Long:    sandboxHelp,
		Example: sandboxExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, _, err := net.SplitHostPort(addr); err != nil {
				return config.Problem(fmt.Sprintf("--addr: want HOST:PORT such as 127.0.0.1:1984, not %q", addr))
			}
			routes, err := sandbox.ParseRoutes(generations)
			if err != nil {
				return config.Problem("--routes: " + err.Error())
			}
			return runSandbox(cmd, addr, sandbox.Options{Routes: routes, NoRecord: true})
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:1984", "the address to listen on, as `HOST:PORT`")
	cmd.Flags().StringVar(&generations, "routes", "both", "the run and queue `ROUTES` to serve: v1, v2 or both; LangSmith removes v1 on 31 January 2027")
	return cmd
}

// runSandbox serves LangSmith's API until the command's context is done.
func runSandbox(cmd *cobra.Command, addr string, options sandbox.Options) error {
	ctx := cmd.Context()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("the sandbox cannot listen: %w", err)
	}
	api := &http.Server{
		Handler:           sandbox.New(options),
		ReadHeaderTimeout: 10 * time.Second,
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "A LangSmith sandbox listens on http://%s and accepts any key.\n", listener.Addr())
	stopped := context.AfterFunc(ctx, func() { _ = api.Close() })
	defer stopped()
	if err := api.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
