package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

// TestHelpExamples parses each line under Examples: its command and flags exist, and
// the values of the flags are valid.
func TestHelpExamples(t *testing.T) {
	build := func() *cobra.Command {
		return newRootCommand(func(string) string { return "" })
	}
	root := build()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example or no short description", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "# ") {
				continue
			}
			if len(line) > 120 {
				t.Errorf("longer than 120 characters: %s", line)
			}
			words := strings.Fields(line)
			if words[0] != programName {
				t.Errorf("runs another program: %s", line)
				continue
			}
			called, rest, err := build().Find(words[1:])
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if called.Name() != cmd.Name() && cmd.HasParent() {
				t.Errorf("the help of %s calls %s: %s", cmd.Name(), called.Name(), line)
			}
			if err := called.ParseFlags(rest); err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if err := called.ValidateArgs(called.Flags().Args()); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			command := config.Stdio
			if called.Name() == string(config.HTTPCmd) {
				command = config.HTTPCmd
			}
			if err := checkFlagValues(called, command); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// checkFlagValues loads the configuration with the flags of cmd, but without files
// that an example names.
func checkFlagValues(cmd *cobra.Command, command config.Command) error {
	flags := changedFlags(cmd)
	if _, ok := flags["auth-token-file"]; ok {
		delete(flags, "auth-token-file")
		flags["auth-token"] = "a-token-of-thirty-two-characters"
	}
	cfg, err := config.Load(command, flags, func(string) string { return "" })
	_, toolsErr := server.FilterTools(cfg)
	return errors.Join(err, toolsErr)
}
