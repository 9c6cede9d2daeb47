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
	var flags doctorFlags
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Check credentials, endpoint and access, and say what to do",
		Long:    doctorHelp,
		Example: doctorExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, getenv, flags) },
	}
	addFlags(cmd, config.Stdio, "state", "timeout")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write the checks as JSON")
	cmd.Flags().StringVar(&flags.live, "live", "", "read `PROJECT` (a name or an id) instead, and compare every response of LangSmith with what this version expects")
	return cmd
}

type doctorFlags struct {
	json bool
	live string // the project; empty for the usual checks
}

// runDoctor runs the checks and prints their results.
func runDoctor(cmd *cobra.Command, getenv func(string) string, flags doctorFlags) error {
	cfg, err := loadConfig(cmd, config.Stdio, getenv)
	if err != nil {
		return err
	}
	if flags.live != "" && cfg.Sandbox {
		return config.Problem("--live: the sandbox is served in place of LangSmith; unset LANGSMITH_INSIGHTS_MCP_SANDBOX")
	}
	var deprecations doctor.Deprecations
	upstream := langsmith.Options{
		Endpoint:     cfg.LangSmith.Endpoint,
		Credentials:  cfg.LangSmith.Credentials,
		UserAgent:    server.UserAgent(),
		Timeout:      cfg.Timeout,
		OnDeprecated: deprecations.Add,
	}
	var checks []doctor.Check
	if flags.live != "" {
		if checks, err = doctor.RunLive(cmd.Context(), upstream, flags.live); err != nil && !flags.json {
			return config.Problem("--live: " + err.Error())
		}
	} else {
		checks = doctor.Run(cmd.Context(), doctor.Options{
			LangSmith:    cfg.LangSmith,
			Placeholders: cfg.Placeholders,
			Unknown:      cfg.Unknown,
			Sandbox:      cfg.Sandbox,
			Client:       langsmith.New(upstream),
			Deprecations: &deprecations,
			Getenv:       getenv,
			Proxy:        http.ProxyFromEnvironment,
			State:        cfg.State,
			JobsADay:     cfg.MaxJobsPerDay,
			CheckState:   func(ctx context.Context) (string, error) { return checkStore(ctx, cfg.State) },
		})
	}
	switch {
	case flags.json:
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]any{"healthy": doctor.IsHealthy(checks), "checks": checks}); err != nil {
			return err
		}
	case flags.live != "":
		doctor.PrintLive(cmd.OutOrStdout(), checks, server.Version(), cfg.LangSmith.Endpoint)
	default:
		doctor.Print(cmd.OutOrStdout(), checks)
	}
	if !doctor.IsHealthy(checks) {
		return errReported
	}
	return nil
}
