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

func newDoctorCommand(getenv func(string) string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Check credentials, endpoint and access, and say what to do",
		Long:    doctorHelp,
		Example: doctorExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, getenv, asJSON) },
	}
	addFlags(cmd, config.Stdio, "state", "timeout")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the checks as JSON")
	return cmd
}

// runDoctor makes the checks and prints them.
func runDoctor(cmd *cobra.Command, getenv func(string) string, asJSON bool) error {
	cfg, err := loadConfig(cmd, config.Stdio, getenv)
	if err != nil {
		return err
	}
	checks := doctor.Run(cmd.Context(), doctor.Options{
		LangSmith:    cfg.LangSmith,
		Placeholders: cfg.Placeholders,
		Sandbox:      cfg.Sandbox,
		Client: langsmith.New(langsmith.Options{
			Endpoint:    cfg.LangSmith.Endpoint,
			Credentials: cfg.LangSmith.Credentials,
			UserAgent:   server.UserAgent(),
			Timeout:     cfg.Timeout,
		}),
		Getenv:     getenv,
		Proxy:      http.ProxyFromEnvironment,
		State:      cfg.State,
		CheckState: func(ctx context.Context) (string, error) { return checkStore(ctx, cfg.State) },
	})
	if asJSON {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]any{"healthy": doctor.Healthy(checks), "checks": checks}); err != nil {
			return err
		}
	} else {
		doctor.Print(cmd.OutOrStdout(), checks)
	}
	if !doctor.Healthy(checks) {
		return errReported
	}
	return nil
}
