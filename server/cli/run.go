package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"langsmith-insights-mcp/server/config"
)

// The exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // the command line or the configuration is wrong
)

// errReported ends a command that has already printed why it failed.
var errReported = errors.New("failed")

// Run runs the program's command line, without the program's name, and returns
// its exit code. It ends when ctx is done.
func Run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand(getenv)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errReported) {
		return exitFailed
	}
	fmt.Fprintln(stderr, err)
	var problem config.Problem
	if errors.As(err, &problem) {
		return exitUsage
	}
	return exitFailed
}
