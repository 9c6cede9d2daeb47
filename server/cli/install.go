package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/install"
)

// installFlags are what install and uninstall are told.
type installFlags struct {
	client, file    string
	dryRun, withKey bool
}

func installCommand(getenv func(string) string, streams Streams) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:   "install --client NAME",
		Short: "Add this server to an agent client's configuration",
		Long: "Adds one entry to the client's own configuration file, keeps everything else in it, and\n" +
			"leaves a backup beside it. Without --with-key no key is written: where the client\n" +
			"can, it passes on LANGSMITH_API_KEY from its environment or asks for it; what to do\n" +
			"otherwise is said afterwards.\n\nClients: " + clientNames(),
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			options, err := flags.options(getenv)
			if err != nil {
				return err
			}
			if options.Command, err = os.Executable(); err != nil {
				return fmt.Errorf("find this program's own path: %w", err)
			}
			options.Args = []string{string(config.Stdio)}
			settings, problems := config.LoadLangSmith(getenv)
			if len(problems) > 0 {
				return usage(problems...)
			}
			if options.Env, err = carriedOver(settings, getenv); err != nil {
				return err
			}
			if flags.withKey {
				delete(options.Env, keyFileVariable)
				if options.APIKey = install.Secret(settings.Credentials.APIKey.Reveal()); options.APIKey == "" {
					return usage("--with-key: there is no key to write; set LANGSMITH_API_KEY")
				}
			}
			return report(streams, flags, options, install.Install)
		},
	}
	flags.declare(cmd)
	cmd.Flags().BoolVar(&flags.withKey, "with-key", false, "write LANGSMITH_API_KEY into the file, which only its owner can read then")
	return cmd
}

func uninstallCommand(getenv func(string) string, streams Streams) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:   "uninstall --client NAME",
		Short: "Take this server out of an agent client's configuration",
		Long:  "Takes out what install put there, and nothing else.\n\nClients: " + clientNames(),
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			options, err := flags.options(getenv)
			if err != nil {
				return err
			}
			return report(streams, flags, options, install.Uninstall)
		},
	}
	flags.declare(cmd)
	return cmd
}

func (f *installFlags) declare(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.client, "client", "", "the client's `NAME`: "+clientNames())
	cmd.Flags().StringVar(&f.file, "file", "", "its configuration `FILE`, where it is not the usual one")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "show the change and make none")
}

func (f *installFlags) options(getenv func(string) string) (install.Options, error) {
	if f.client == "" {
		return install.Options{}, usage("--client is required; one of " + clientNames())
	}
	return install.Options{Client: f.client, File: f.file, DryRun: f.dryRun, Host: install.Host{Getenv: getenv}}, nil
}

func clientNames() string {
	var names []string
	for _, client := range install.Clients() {
		names = append(names, client.Name)
	}
	return strings.Join(names, ", ")
}

// keyFileVariable names the file that holds the key: no secret, so that it can
// stand in a client's configuration.
const keyFileVariable = "LANGSMITH_API_KEY_FILE"

// carriedOver are the settings without secrets that hold in this shell and that
// the client would not know.
func carriedOver(l config.LangSmith, getenv func(string) string) (map[string]string, error) {
	env := map[string]string{}
	if l.Found.Endpoint != "" {
		env["LANGSMITH_ENDPOINT"] = l.Endpoint.String()
	}
	if l.HasWorkspace() {
		env["LANGSMITH_WORKSPACE_ID"] = l.Credentials.Workspace.String()
	}
	if l.Project != "" {
		env["LANGSMITH_PROJECT"] = l.Project
	}
	if l.Found.Credential == keyFileVariable {
		path, err := filepath.Abs(strings.TrimSpace(getenv(keyFileVariable)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", keyFileVariable, err)
		}
		env[keyFileVariable] = path
	}
	return env, nil
}

// report makes a change, or shows it, and says what to do next.
func report(streams Streams, flags installFlags, options install.Options, change func(install.Options) (install.Change, error)) error {
	done, err := change(options)
	if errors.Is(err, install.ErrUnknownClient) {
		return usage("--client: " + err.Error())
	}
	if err != nil {
		return err
	}
	switch {
	case done.File == "": // the client is not here, as a note says
	case !done.Changed:
		fmt.Fprintf(streams.Out, "%s already is as it should be.\n", done.File)
	case flags.dryRun:
		fmt.Fprintf(streams.Out, "%s would change:\n\n%s", done.File, done.Diff)
	default:
		fmt.Fprintf(streams.Out, "Changed %s:\n\n%s", done.File, done.Diff)
		if done.Backup != "" {
			fmt.Fprintf(streams.Out, "\nWhat it was is in %s.\n", done.Backup)
		}
	}
	for _, note := range done.Notes {
		fmt.Fprintln(streams.Out, note)
	}
	if done.Changed && !flags.dryRun && done.Next != "" {
		fmt.Fprintln(streams.Out, done.Next)
	}
	return nil
}
