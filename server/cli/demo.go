package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server"
	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/install"
)

func newDemoCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "demo",
		Short:   "Start a job, wait for it and read the report, against the sandbox",
		Long:    demoHelp,
		Example: demoExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), cmd.OutOrStdout()) },
	}
}

// demoJobDuration is how long the demo's job runs: long enough to show a wait.
const demoJobDuration = 4 * time.Second

// runDemo calls the tools as an agent would and writes what it calls and gets.
func runDemo(ctx context.Context, out io.Writer) error {
	backend, err := server.NewBackend(server.BackendOptions{
		Config: &config.Config{Sandbox: true, Timeout: time.Minute},
		Transport: sandbox.New(sandbox.Options{
			AllowAnonymous: true,
			JobDuration:    demoJobDuration,
		}).RoundTripper(),
	})
	if err != nil {
		return err
	}
	defer backend.Close()
	connected, stop, err := Connect(ctx, server.NewMCP(backend), zerolog.Nop())
	if err != nil {
		return err
	}
	d := &demo{out: out, client: connected}
	connected.OnNotification(d.showProgress)
	err = d.run(ctx)
	return errors.Join(err, stop())
}

// demo is an MCP client that writes what it does.
type demo struct {
	out    io.Writer
	client *client.Client
}

func (d *demo) run(ctx context.Context) error {
	d.say("A user asks an agent: what went wrong for the users of chat-prod last week?\n" +
		"These are its calls and their results. An embedded sandbox replaces LangSmith.")
	if _, err := d.call(ctx, "list_projects", map[string]any{"name_contains": "chat"}); err != nil {
		return err
	}
	var created struct {
		ID        string `json:"id"`
		SessionID string `json:"session_id"`
	}
	result, err := d.call(ctx, "create_insights_job", map[string]any{
		"project":      "chat-prod",
		"last_n_hours": 7 * 24,
		"name":         "What went wrong last week",
	})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(result, &created); err != nil {
		return fmt.Errorf("read the created job: %w", err)
	}
	if _, err := d.call(ctx, "wait_for_insights_job", map[string]any{"session_id": created.SessionID, "job_id": created.ID}); err != nil {
		return err
	}
	_, notFound := exec.LookPath(programName)
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's own path: %w", err)
	}
	d.say(nextSteps(notFound == nil, program))
	return nil
}

// nextSteps names the commands that connect an agent, as a reader of the demo can type
// them. program is the path of this program.
func nextSteps(onPath bool, program string) string {
	name, build := programName, ""
	switch {
	case onPath:
	case install.IsTemporary(program): // go run . demo
		build = "  go install .    # into $(go env GOPATH)/bin: have that folder on your PATH\n"
	default:
		name = program
	}
	return "That was the server over its sandbox. Your agent gets the same, without an account, with\n\n" +
		build +
		"  " + name + " install --client claude-code --sandbox\n\n" +
		"and works on your own traces with\n\n" +
		"  export LANGSMITH_API_KEY=lsv2_...\n" +
		"  " + name + " doctor\n" +
		"  " + name + " install --client claude-code"
}

func (d *demo) say(text string) { fmt.Fprintf(d.out, "\n%s\n", text) }

// call calls a tool, writes its text and returns its structured content.
func (d *demo) call(ctx context.Context, tool string, arguments map[string]any) (json.RawMessage, error) {
	written, err := json.Marshal(arguments)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(d.out, "\n→ %s %s\n\n", tool, written)
	var request mcp.CallToolRequest
	request.Params.Name = tool
	request.Params.Arguments = arguments
	request.Params.Meta = &mcp.Meta{ProgressToken: tool}
	result, err := d.client.CallTool(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tool, err)
	}
	var text strings.Builder
	for _, content := range result.Content {
		if block, ok := content.(mcp.TextContent); ok {
			text.WriteString(block.Text)
		}
	}
	if result.IsError {
		return nil, fmt.Errorf("%s: %s", tool, text.String())
	}
	for line := range strings.Lines(strings.TrimRight(text.String(), "\n") + "\n") {
		fmt.Fprint(d.out, "  ", line)
	}
	return json.Marshal(result.StructuredContent)
}

func (d *demo) showProgress(notification mcp.JSONRPCNotification) {
	if message, ok := notification.Params.AdditionalFields["message"].(string); ok {
		fmt.Fprintf(d.out, "  … %s\n", message)
	}
}
