package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// example is a command line that --help shows, and what it is for.
type example struct{ line, meaning string }

// examples are those of each command, by its name.
func examples() map[string][]example {
	return map[string][]example{
		programName: {
			{"demo", "see it work, without an account"},
			{"install --client claude-code", "connect an agent client"},
			{"doctor", "find out why it does not work"},
			{"--sandbox", "serve against an embedded LangSmith"},
			{"http --addr 127.0.0.1:8080", "serve over HTTP"},
		},
		"stdio": {
			{"stdio", "as a client starts it"},
			{"stdio --read-only", "nothing can be changed or paid for"},
			{"stdio --tools list_projects,get_insights_job", "two tools, and no others"},
			{"stdio --max-sample 200 --max-jobs-per-day 2 --confirm", "bounds on what may be spent"},
			{"stdio --sandbox --log-level debug --log-file mcp.log", "try it out and watch it"},
		},
		"http": {
			{"http", "on this machine, at http://127.0.0.1:8080/mcp"},
			{"http --sandbox", "the same, without an account"},
			{"http --addr :8080 --auth-token-file tokens.txt --allow-host mcp.example.com", "for a team"},
			{"http --state redis://127.0.0.1:6379/0", "several replicas that share what was paid for"},
			{"http --metrics-addr 127.0.0.1:9090", "Prometheus metrics beside it"},
		},
		"demo": {{"demo", "takes about five seconds"}},
		"install": {
			{"install --client cursor --dry-run", "show the change, make none"},
			{"install --client cursor", "make it, with a backup beside the file"},
			{"install --client claude-desktop --with-key", "write LANGSMITH_API_KEY into the file too"},
			{"install --client vscode --file .vscode/mcp.json", "a project's file in place of the user's"},
		},
		"uninstall": {
			{"uninstall --client cursor --dry-run", "show the change, make none"},
			{"uninstall --client cursor", "take the entry out again"},
		},
		"doctor": {
			{"doctor", "ask everything, for a person"},
			{"doctor --json", "the same for a program; exit code 1 when a check failed"},
			{"doctor --timeout 10s", "do not wait long for an endpoint that does not answer"},
		},
		"sandbox": {
			{"sandbox", "a LangSmith at http://127.0.0.1:1984"},
			{"sandbox --addr 127.0.0.1:0", "at a free port, which it prints"},
		},
		"version": {{"version", "print it, and nothing else"}},
	}
}

const programName = "langsmith-insights-mcp"

// explain gives a command its examples, each below what it is for: beside it a
// terminal of 80 columns would break them.
func explain(cmd *cobra.Command) {
	var b strings.Builder
	for _, e := range examples()[cmd.Name()] {
		fmt.Fprintf(&b, "  # %s\n  %s\n", e.meaning, strings.TrimSpace(programName+" "+e.line))
	}
	cmd.Example = strings.TrimRight(b.String(), "\n")
}

const terminalHint = `langsmith-insights-mcp speaks MCP on stdin and stdout, to an agent client and not to a terminal.
Connect one:   langsmith-insights-mcp install --client claude-desktop   (or claude-code, vscode, cursor, ...)
See it work:   langsmith-insights-mcp demo
Ctrl-C ends it.
`

const rootHelp = `LangSmith's Insights Agent as MCP tools: an agent starts a report over a tracing
project, waits for it, reads it, and goes from a finding to the traces behind it.

Without a command it serves MCP over stdin and stdout. It reads LANGSMITH_API_KEY,
LANGSMITH_ENDPOINT, LANGSMITH_WORKSPACE_ID and LANGSMITH_PROJECT as LangSmith's own
clients do; every flag has a variable too, LANGSMITH_INSIGHTS_MCP_ and its name in
capitals: LANGSMITH_INSIGHTS_MCP_LOG_LEVEL for --log-level. A flag wins.`

const stdioHelp = `Serves MCP over stdin and stdout until stdin ends: what a client starts, and what the
program does without a command. stdout carries nothing else; the log goes to stderr.`

const httpHelp = `Serves Streamable HTTP at /mcp and the older HTTP+SSE at /sse and /message, with
GET /healthz and /readyz for probes.

A request's own X-API-Key, with X-Tenant-Id and LANGSMITH-ENDPOINT beside it,
takes the place of the configured LangSmith credentials for that request alone.
Authorization holds the token that guards this server, and is never passed on.
On any address but loopback it wants a guard: a token, an issuer, or no key of its own.`
