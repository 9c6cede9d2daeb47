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
	client, file, url        string
	dryRun, withKey, sandbox bool
}

func newInstallCommand(getenv func(string) string) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:     "install --client NAME",
		Short:   "Add this server to an agent client's configuration",
		Long:    installHelp + install.ClientNames(),
		Example: installExamples,
		Args:    noClientArgument,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := flags.options(getenv)
			if err != nil {
				return err
			}
			if err := addEntry(&options, flags, getenv); err != nil {
				return err
			}
			return changeClient(cmd, options, install.Install, "is already up to date")
		},
	}
	flags.declare(cmd)
	cmd.Flags().BoolVar(&flags.sandbox, "sandbox", false, "write an entry that works without an account, on sample traces")
	cmd.Flags().StringVar(&flags.url, "url", "", "the `URL` of a server that others run, instead of one on this machine")
	cmd.Flags().BoolVar(&flags.withKey, "with-key", false, "write LANGSMITH_API_KEY into the file, which then only its owner can read")
	return cmd
}

func newUninstallCommand(getenv func(string) string) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:     "uninstall --client NAME",
		Short:   "Remove this server from an agent client's configuration",
		Long:    uninstallHelp + install.ClientNames(),
		Example: uninstallExamples,
		Args:    noClientArgument,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := flags.options(getenv)
			if err != nil {
				return err
			}
			return changeClient(cmd, options, install.Uninstall, "has no entry "+install.ServerName)
		},
	}
	flags.declare(cmd)
	return cmd
}

// noClientArgument refuses an argument, and says how to name a client.
func noClientArgument(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	for _, client := range install.Clients() {
		if strings.EqualFold(args[0], client.Name) {
			return config.Problem("use --client " + client.Name + "; see " + cmd.CommandPath() + " --help")
		}
	}
	return config.Problem(fmt.Sprintf("%q is not a client; use --client with one of %s", args[0], install.ClientNames()))
}

func (f *installFlags) declare(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.client, "client", "", "the client's `NAME`: "+install.ClientNames())
	cmd.Flags().StringVar(&f.file, "file", "", "the client's configuration `FILE`, if it is not the usual one")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show the change")
}

func (f *installFlags) options(getenv func(string) string) (install.Options, error) {
	if f.client == "" {
		return install.Options{}, config.Problem("--client is required; one of " + install.ClientNames())
	}
	host, err := install.ThisHost(getenv)
	return install.Options{Client: f.client, File: f.file, DryRun: f.dryRun, Host: host}, err
}

// addEntry adds the contents of the client's entry to options: this program and the
// environment that it needs, or an address and its headers.
func addEntry(options *install.Options, flags installFlags, getenv func(string) string) (err error) {
	if flags.sandbox && (flags.withKey || flags.url != "") {
		return config.Problem("--sandbox needs neither a key nor an address: omit --with-key and --url")
	}
	if flags.url == "" {
		if options.Command, err = os.Executable(); err != nil {
			return fmt.Errorf("find this program's own path: %w", err)
		}
		options.Args = []string{string(config.Stdio)}
	}
	if options.Sandbox = flags.sandbox; options.Sandbox {
		return nil // it reads no setting of LangSmith
	}
	settings, err := config.LoadLangSmith(getenv)
	if err != nil {
		return err
	}
	if flags.url != "" {
		if options.URL, err = install.ParseURL(flags.url); err != nil {
			return config.Problem("--url: " + err.Error())
		}
		options.Headers = entryHeaders(settings)
	} else if options.Env, err = entryEnv(settings, getenv); err != nil {
		return err
	}
	if flags.withKey {
		delete(options.Env, keyFileVariable)
		switch options.APIKey = settings.Credentials.APIKey; {
		case options.APIKey != "":
		case flags.url == "" && settings.Credentials.Login != nil && settings.CredentialError() == nil:
			return config.Problem("--with-key: " + settings.Found.Credential + " has a login, which the server reads itself: omit --with-key, or set LANGSMITH_API_KEY")
		default:
			return config.Problem("--with-key: there is no key to write; set LANGSMITH_API_KEY")
		}
	}
	return nil
}

// entryHeaders returns the settings of this environment, without secrets, that a server
// over HTTP accepts as headers. It accepts only LangSmith's own endpoints.
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

// The variables that say where credentials are stored. They are not secrets.
const (
	keyFileVariable     = "LANGSMITH_API_KEY_FILE"
	profileVariable     = "LANGSMITH_PROFILE"
	profileFileVariable = "LANGSMITH_CONFIG_FILE"
)

// entryEnv returns the settings of this environment, without secrets, that a server
// started by the client would not have.
func entryEnv(l config.LangSmith, getenv func(string) string) (map[string]string, error) {
	env := map[string]string{}
	// A login's endpoint and workspace are read with it from the profile: the login is
	// valid only there.
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

// changeClient changes a client's configuration, or only shows the change, and prints
// what to do next. unchanged says what a file is that needs no change.
func changeClient(cmd *cobra.Command, options install.Options, change func(install.Options) (install.Change, error), unchanged string) error {
	out := cmd.OutOrStdout()
	result, err := change(options)
	if errors.Is(err, install.ErrUnknownClient) {
		return config.Problem("--client: " + err.Error())
	}
	if err != nil {
		return err
	}
	if result.Missing != "" {
		fmt.Fprintf(out, "%s.\nIf it were installed:\n\n", result.Missing)
	}
	switch {
	case result.File == "": // the client is not installed, and a note says so
	case !result.Changed:
		fmt.Fprintf(out, "%s %s.\n", result.File, unchanged)
	case options.DryRun:
		fmt.Fprintf(out, "%s would change:\n\n%s", result.File, result.Diff)
	default:
		fmt.Fprintf(out, "Changed %s:\n\n%s", result.File, result.Diff)
		if result.Backup != "" {
			fmt.Fprintf(out, "\nThe previous file is %s.\n", result.Backup)
		}
	}
	for _, note := range result.Notes {
		fmt.Fprintln(out, note)
	}
	if result.Changed && !options.DryRun && result.Next != "" {
		fmt.Fprintln(out, result.Next)
	}
	return nil
}
