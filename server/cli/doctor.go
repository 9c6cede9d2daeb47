package cli

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/spf13/cobra"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/doctor"
)

func doctorCommand(getenv func(string) string, streams Streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check credentials, endpoint and access, and say what to do",
		Long: "Asks, one question after another, what may keep the server from working. Nothing it\n" +
			"does costs money or changes anything. Exit code 1 when a check failed, 2 when the\n" +
			"configuration cannot be read.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, problems := config.Load(config.Stdio, changedFlags(cmd), getenv)
			if len(problems) > 0 {
				return usage(problems...)
			}
			client := langsmith.New(langsmith.Options{
				Endpoint:    cfg.LangSmith.Endpoint,
				Credentials: cfg.LangSmith.Credentials,
				UserAgent:   server.UserAgent(),
				Timeout:     cfg.Timeout,
			})
			checks := doctor.Run(cmd.Context(), doctor.Options{
				LangSmith: cfg.LangSmith,
				Sandbox:   cfg.Sandbox,
				Client:    client,
				Getenv:    getenv,
				Proxy:     http.ProxyFromEnvironment,
				State:     cfg.State,
				TryState:  func(ctx context.Context) error { return checkStore(ctx, cfg.State) },
			})
			if asJSON {
				encoder := json.NewEncoder(streams.Out)
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(map[string]any{"healthy": doctor.Healthy(checks), "checks": checks}); err != nil {
					return err
				}
			} else {
				doctor.Print(streams.Out, checks)
			}
			if !doctor.Healthy(checks) {
				return errSilent
			}
			return nil
		},
	}
	addSetting(cmd, config.Stdio, "state")
	addSetting(cmd, config.Stdio, "timeout")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the checks as JSON")
	return cmd
}
