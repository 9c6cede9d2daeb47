package cli

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
)

// TestEveryExampleOfTheHelpCanBeRun holds each line under Examples against the
// command that it calls: the command is there, so are its flags, and their values
// are ones it takes.
func TestEveryExampleOfTheHelpCanBeRun(t *testing.T) {
	build := func() *cobra.Command {
		return rootCommand(nil, func(string) string { return "" }, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	}
	root := build()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example, or no sentence that says what it does", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "# ") {
				continue
			}
			if len(line) > 120 {
				t.Errorf("too long to be read in a terminal: %s", line)
			}
			words := strings.Fields(line)
			if words[0] != programName {
				t.Errorf("calls another program: %s", line)
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
			for _, problem := range problemsBesidesFiles(called, command) {
				t.Errorf("%s: %s", line, problem)
			}
		}
	}
}

// problemsBesidesFiles are the configuration's with the flags of cmd, but for
// those about files that an example names.
func problemsBesidesFiles(cmd *cobra.Command, command config.Command) []config.Problem {
	flags := changedFlags(cmd)
	if _, ok := flags["auth-token-file"]; ok {
		delete(flags, "auth-token-file")
		flags["auth-token"] = "a-token-of-thirty-two-characters"
	}
	cfg, problems := config.Load(command, flags, func(string) string { return "" })
	if _, wrong := server.FilterTools(cfg); len(wrong) > 0 {
		problems = append(problems, wrong...)
	}
	return problems
}

// TestTheTableOfExamplesNamesCommands finds examples of commands that are gone.
func TestTheTableOfExamplesNamesCommands(t *testing.T) {
	root := rootCommand(nil, func(string) string { return "" }, Streams{Out: io.Discard, Err: io.Discard})
	known := map[string]bool{root.Name(): true}
	for _, cmd := range root.Commands() {
		known[cmd.Name()] = true
	}
	for name := range examples() {
		if !known[name] {
			t.Errorf("there is no command %q", name)
		}
	}
}
