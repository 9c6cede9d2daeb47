package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

// The exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake in how the program was called or configured; each of
// its lines names one.
type usageError struct{ lines []string }

func (e *usageError) Error() string { return strings.Join(e.lines, "\n") }

func usage[T ~string](problems ...T) error {
	e := &usageError{}
	for _, problem := range problems {
		e.lines = append(e.lines, string(problem))
	}
	return e
}

// Run is the program: it carries out a command line and returns its exit code.
func Run(ctx context.Context, args []string, getenv func(string) string, streams Streams) int {
	tuneGC(getenv)
	root := rootCommand(args, getenv, streams)
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		fmt.Fprintln(streams.Err, err)
		return exitUsage
	case errors.Is(err, errSilent):
		return exitFailed
	}
	fmt.Fprintln(streams.Err, err)
	return exitFailed
}

// errSilent ends a command that has already said why it failed.
var errSilent = errors.New("failed")

func rootCommand(args []string, getenv func(string) string, streams Streams) *cobra.Command {
	root := &cobra.Command{
		Use:           programName,
		Short:         "LangSmith's Insights Agent as MCP tools",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArguments,
		CompletionOptions: cobra.CompletionOptions{
			HiddenDefaultCmd: true,
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagProblems(cmd, args, getenv, err) })

	serve := func(cmd *cobra.Command, _ []string) error {
		cfg, problems := load(cmd, config.Stdio, getenv)
		if len(problems) > 0 {
			return usage(problems...)
		}
		if file, ok := streams.In.(*os.File); ok && isatty.IsTerminal(file.Fd()) {
			fmt.Fprint(streams.Err, terminalHint)
		}
		return serveStdio(cmd.Context(), cfg, getenv, streams)
	}
	// cobra's own --version would print through text/template, and whatever a
	// template may call by name no linker can leave out: two thirds of the program.
	version := root.Flags().BoolP("version", "v", false, "Print the version")
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *version {
			return printVersion(streams)
		}
		return serve(cmd, args)
	}
	addFlags(root, config.Stdio)

	stdioCommand := &cobra.Command{Use: "stdio", Short: "Serve MCP over stdin and stdout (the default)", Long: stdioHelp, Args: noArguments, RunE: serve}
	addFlags(stdioCommand, config.Stdio)
	root.AddCommand(
		stdioCommand,
		httpCommand(getenv, streams),
		demoCommand(streams),
		installCommand(getenv, streams),
		uninstallCommand(getenv, streams),
		doctorCommand(getenv, streams),
		sandboxCommand(streams),
		versionCommand(streams),
	)
	explain(root)
	for _, cmd := range root.Commands() {
		explain(cmd)
	}
	return root
}

func versionCommand(streams Streams) *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: noArguments, RunE: func(*cobra.Command, []string) error {
		return printVersion(streams)
	}}
}

func printVersion(streams Streams) error {
	_, err := fmt.Fprintln(streams.Out, server.Version())
	return err
}

// noArguments refuses what is neither a command nor a flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Sprintf("%q is not a command; see %s --help", args[0], cmd.Root().Name()))
}

// addFlags declares the flags of a command from the list of settings.
func addFlags(cmd *cobra.Command, command config.Command) {
	cmd.Flags().SortFlags = false
	for _, setting := range config.Settings() {
		if setting.Of(command) {
			addSetting(cmd, command, setting.Name)
		}
	}
}

// addSetting declares one of them.
func addSetting(cmd *cobra.Command, command config.Command, name string) {
	setting, ok := config.Flag(name)
	if !ok {
		panic("there is no setting " + name)
	}
	flag := cmd.Flags().VarPF(&flagValue{placeholder: setting.Value}, setting.Name, "", setting.Meaning)
	if setting.IsSwitch() {
		flag.NoOptDefVal = "true"
	}
	flag.DefValue = setting.Default[command]
}

// flagValue keeps a flag as text; config checks it, so that every problem is
// reported and not just the first. A flag given twice holds both, as a list.
type flagValue struct {
	placeholder string
	values      []string
}

func (v *flagValue) String() string { return strings.Join(v.values, ",") }
func (v *flagValue) Type() string {
	if v.placeholder == "" {
		return "bool" // so that the help shows no value
	}
	return v.placeholder
}
func (v *flagValue) Set(value string) error {
	v.values = append(v.values, value)
	return nil
}

// load reads the configuration of a command and returns all that is wrong with it.
func load(cmd *cobra.Command, command config.Command, getenv func(string) string) (*config.Config, []config.Problem) {
	cfg, problems := config.Load(command, changedFlags(cmd), getenv)
	_, wrong := server.FilterTools(cfg)
	return cfg, append(problems, wrong...)
}

func changedFlags(cmd *cobra.Command) map[string]string {
	flags := map[string]string{}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if _, ok := config.Flag(flag.Name); ok {
			flags[flag.Name] = flag.Value.String()
		}
	})
	return flags
}

// flagProblems turns the first bad flag into a line for each of them, by
// parsing again without those that are known to be bad.
func flagProblems(cmd *cobra.Command, args []string, getenv func(string) string, err error) error {
	var lines []config.Problem
	for err != nil {
		lines = append(lines, config.Problem(err.Error()+"; see "+cmd.CommandPath()+" --help"))
		var unknown *pflag.NotExistError
		if !errors.As(err, &unknown) {
			break
		}
		name := unknown.GetSpecifiedName()
		args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
			given, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			return strings.HasPrefix(arg, "-") && given == name
		})
		err = cmd.ParseFlags(args)
	}
	command := config.Stdio
	if cmd.Name() == string(config.HTTPCmd) {
		command = config.HTTPCmd
	}
	_, problems := load(cmd, command, getenv)
	return usage(append(lines, problems...)...)
}
