package server

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
			return RunHTTP(cmd.Context(), cfg, getenv, streams)
		},
	}
	addFlags(cmd, config.HTTPCmd)
	return cmd
}

const httpHelp = `Serves Streamable HTTP at /mcp and the older HTTP+SSE at /sse and /message, with
GET /healthz and /readyz for probes.

A request's own X-API-Key, with X-Tenant-Id and LANGSMITH-ENDPOINT beside it,
takes the place of the configured LangSmith credentials for that request alone.
Authorization holds the token that guards this server, and is never passed on.`
