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

// installFlags are the flags of install and uninstall.
type installFlags struct {
	client, file, url string
	dryRun, withKey   bool
}

func newInstallCommand(getenv func(string) string) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:     "install --client NAME",
		Short:   "Add this server to an agent client's configuration",
		Long:    installHelp + clientNames(),
		Example: installExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := flags.options(getenv)
			if err != nil {
				return err
			}
			if err := addEntry(&options, flags, getenv); err != nil {
				return err
			}
			return changeClient(cmd, options, install.Install)
		},
	}
	flags.declare(cmd)
	cmd.Flags().StringVar(&flags.url, "url", "", "the address `URL` of a server that others run, in place of one on this machine")
	cmd.Flags().BoolVar(&flags.withKey, "with-key", false, "write LANGSMITH_API_KEY into the file, which only its owner can read then")
	return cmd
}

func newUninstallCommand(getenv func(string) string) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:     "uninstall --client NAME",
		Short:   "Take this server out of an agent client's configuration",
		Long:    uninstallHelp + clientNames(),
		Example: uninstallExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := flags.options(getenv)
			if err != nil {
				return err
			}
			return changeClient(cmd, options, install.Uninstall)
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
		return install.Options{}, config.Problem("--client is required; one of " + clientNames())
	}
	host, err := install.ThisHost(getenv)
	return install.Options{Client: f.client, File: f.file, DryRun: f.dryRun, Host: host}, err
}

// clientNames lists the clients that install knows.
func clientNames() string {
	var names []string
	for _, client := range install.Clients() {
		names = append(names, client.Name)
	}
	return strings.Join(names, ", ")
}

// addEntry adds to options what the client's entry is to hold: this program and the
// environment that it needs, or an address and the headers for it.
func addEntry(options *install.Options, flags installFlags, getenv func(string) string) (err error) {
	settings, err := config.LoadLangSmith(getenv)
	if err != nil {
		return err
	}
	if flags.url != "" {
		if options.URL, err = install.ParseURL(flags.url); err != nil {
			return config.Problem("--url: " + err.Error())
		}
		options.Headers = entryHeaders(settings)
	} else {
		if options.Command, err = os.Executable(); err != nil {
			return fmt.Errorf("find this program's own path: %w", err)
		}
		options.Args = []string{string(config.Stdio)}
		if options.Env, err = entryEnv(settings, getenv); err != nil {
			return err
		}
	}
	if flags.withKey {
		delete(options.Env, keyFileVariable)
		switch options.APIKey = settings.Credentials.APIKey; {
		case options.APIKey != "":
		case flags.url == "" && settings.Credentials.Login != nil && settings.CredentialError() == nil:
			return config.Problem("--with-key: " + settings.Found.Credential + " holds a login, which the server reads there itself: leave --with-key out, or set LANGSMITH_API_KEY")
		default:
			return config.Problem("--with-key: there is no key to write; set LANGSMITH_API_KEY")
		}
	}
	return nil
}

// entryHeaders returns the settings of this shell that a server over HTTP takes from
// its caller, without secrets. It takes no endpoint but LangSmith's own.
func entryHeaders(l config.LangSmith) map[string]string {
	headers := map[string]string{}
	if l.HasWorkspace() {
		headers["X-Tenant-Id"] = l.Credentials.Workspace.String()
	}
	if l.Found.Endpoint != "" && l.Endpoint.IsRegion() {
		headers["LANGSMITH-ENDPOINT"] = l.Endpoint.String()
	}
	return headers
}

// The variables that name where credentials are, and are no secrets themselves.
const (
	keyFileVariable     = "LANGSMITH_API_KEY_FILE"
	profileVariable     = "LANGSMITH_PROFILE"
	profileFileVariable = "LANGSMITH_CONFIG_FILE"
)

// entryEnv returns the settings of this shell that the client would not know,
// without secrets.
func entryEnv(l config.LangSmith, getenv func(string) string) (map[string]string, error) {
	env := map[string]string{}
	// What belongs to a login is read with it from the profile: the login works
	// with no other endpoint.
	fromLogin := func(source string) bool { return l.Credentials.Login != nil && source == l.Found.Credential }
	if l.Found.Endpoint != "" && !fromLogin(l.Found.Endpoint) {
		env["LANGSMITH_ENDPOINT"] = l.Endpoint.String()
	}
	if l.HasWorkspace() && !fromLogin(l.Found.Workspace) {
		env["LANGSMITH_WORKSPACE_ID"] = l.Credentials.Workspace.String()
	}
	if l.UsesProfile() && getenv(profileVariable) != "" {
		env[profileVariable] = l.ProfileName
	}
	if l.UsesProfile() && getenv(profileFileVariable) != "" {
		env[profileFileVariable] = l.ProfileFile
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

// changeClient makes a change to a client's configuration, or shows it, and
// prints what to do next.
func changeClient(cmd *cobra.Command, options install.Options, change func(install.Options) (install.Change, error)) error {
	out := cmd.OutOrStdout()
	done, err := change(options)
	if errors.Is(err, install.ErrUnknownClient) {
		return config.Problem("--client: " + err.Error())
	}
	if err != nil {
		return err
	}
	if done.Missing != "" {
		fmt.Fprintf(out, "%s.\nWhat would be done then:\n\n", done.Missing)
	}
	switch {
	case done.File == "": // the client is not here, as a note says
	case !done.Changed:
		fmt.Fprintf(out, "%s already is as it should be.\n", done.File)
	case options.DryRun:
		fmt.Fprintf(out, "%s would change:\n\n%s", done.File, done.Diff)
	default:
		fmt.Fprintf(out, "Changed %s:\n\n%s", done.File, done.Diff)
		if done.Backup != "" {
			fmt.Fprintf(out, "\nWhat it was is in %s.\n", done.Backup)
		}
	}
	for _, note := range done.Notes {
		fmt.Fprintln(out, note)
	}
	if done.Changed && !options.DryRun && done.Next != "" {
		fmt.Fprintln(out, done.Next)
	}
	return nil
}
