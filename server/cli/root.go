package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
		// The arguments before the flag: of a mistyped command no flag is known.
		if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
			return err
		}
		return config.Problem(fmt.Sprintf("%v%s; see %s --help", err, suggestFlag(cmd, err), cmd.CommandPath()))
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

// suggestFlag returns a question for the flag that an unknown one most likely means.
func suggestFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var known []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { known = append(known, flag.Name) })
	if nearest := config.Nearest(unknown.GetSpecifiedName(), known); nearest != "" {
		return "; did you mean --" + nearest + "?"
	}
	return ""
}

// noArguments refuses an argument that is neither a command nor a flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, command := range cmd.Root().Commands() {
		if command.IsAvailableCommand() {
			known = append(known, command.Name())
		}
	}
	suggestion := ""
	if nearest := config.Nearest(args[0], known); nearest != "" {
		suggestion = "; did you mean " + nearest + "?"
	}
	return config.Problem(fmt.Sprintf("%q is not a command%s; see %s --help", args[0], suggestion, cmd.Root().Name()))
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
