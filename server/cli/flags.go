package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"langsmith-insights-mcp/langsmith/profile"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

// addFlags declares the flags of a command's settings, or only those in names.
func addFlags(cmd *cobra.Command, command config.Command, names ...string) {
	cmd.Flags().SortFlags = false
	for _, setting := range config.Settings() {
		if !setting.AppliesTo(command) || len(names) > 0 && !slices.Contains(names, setting.Name) {
			continue
		}
		flag := cmd.Flags().VarPF(&textFlag{placeholder: setting.Value}, setting.Name, "", setting.Meaning)
		flag.DefValue = setting.Default[command]
		if setting.IsSwitch() {
			flag.NoOptDefVal = "true"
		}
	}
}

// textFlag is a flag whose value package config validates, so that all invalid values
// are reported and not only the first. A flag given twice is a list.
type textFlag struct {
	placeholder string // for the value in --help; empty for a switch
	values      []string
}

// String implements pflag.Value.
func (f *textFlag) String() string { return strings.Join(f.values, ",") }

// Set implements pflag.Value.
func (f *textFlag) Set(value string) error {
	f.values = append(f.values, value)
	return nil
}

// Type implements pflag.Value. --help shows no placeholder for a bool.
func (f *textFlag) Type() string {
	if f.placeholder == "" {
		return "bool"
	}
	return f.placeholder
}

// loadConfig loads the configuration of a command from its flags and the environment.
func loadConfig(cmd *cobra.Command, command config.Command, getenv func(string) string) (*config.Config, error) {
	cfg, err := config.Load(command, changedFlags(cmd), getenv)
	if login, ok := cfg.LangSmith.Credentials.Login.(*profile.Login); ok {
		login.UserAgent = server.UserAgent()
	}
	cfg.Unknown = config.UnknownVariables(os.Environ()) // of the process: getenv cannot list them
	_, toolsErr := server.FilterTools(cfg)
	return cfg, errors.Join(err, toolsErr)
}

// changedFlags returns the values of the flags that are on the command line.
func changedFlags(cmd *cobra.Command) map[string]string {
	given := map[string]string{}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if text, ok := flag.Value.(*textFlag); ok {
			given[flag.Name] = text.String()
		}
	})
	return given
}
