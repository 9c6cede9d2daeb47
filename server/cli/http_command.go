package cli

import (
	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server/config"
)

func httpCommand(getenv func(string) string, streams Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   string(config.HTTPCmd),
		Short: "Serve MCP over HTTP, to many callers",
		Long:  httpHelp,
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, problems := load(cmd, config.HTTPCmd, getenv)
			if len(problems) > 0 {
				return usage(problems...)
			}
			return serveHTTP(cmd.Context(), cfg, getenv, streams)
		},
	}
	addFlags(cmd, config.HTTPCmd)
	return cmd
}
