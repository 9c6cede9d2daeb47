package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

const programName = "langsmith-insights-mcp"

// newRootCommand returns the program's command with its subcommands. Without
// one it serves MCP over stdio.
func newRootCommand(getenv func(string) string) *cobra.Command {
	root := &cobra.Command{
		Use:               programName,
		Short:             "LangSmith's Insights Agent as MCP tools",
		Long:              rootHelp,
		Example:           rootExamples,
		Args:              noArguments,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return config.Problem(fmt.Sprintf("%v; see %s --help", err, cmd.CommandPath()))
	})
	// cobra's own flag prints "NAME version VERSION"; scripts want the version alone.
	version := root.Flags().BoolP("version", "v", false, "Print the version")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *version {
			return printVersion(cmd)
		}
		return runStdio(cmd, getenv)
	}
	addFlags(root, config.Stdio)
	root.AddCommand(
		newStdioCommand(getenv),
		newHTTPCommand(getenv),
		newDemoCommand(),
		newInstallCommand(getenv),
		newUninstallCommand(getenv),
		newDoctorCommand(getenv),
		newSandboxCommand(),
		newVersionCommand(),
	)
	return root
}

// noArguments refuses an argument that is neither a command nor a flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return config.Problem(fmt.Sprintf("%q is not a command; see %s --help", args[0], cmd.Root().Name()))
}

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: versionExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return printVersion(cmd) },
	}
}

func printVersion(cmd *cobra.Command) error {
	_, err := fmt.Fprintln(cmd.OutOrStdout(), server.Version())
	return err
}
