package cli

// What --help says of each command. An example stands below what it is for: beside
// it, a terminal of 80 columns would break the line.

const (
	rootHelp = `LangSmith's Insights Agent as MCP tools: an agent starts a report over a tracing
project, waits for it, reads it, and goes from a finding to the traces behind it.

Without a command it serves MCP over stdin and stdout. It reads LANGSMITH_API_KEY,
LANGSMITH_ENDPOINT, LANGSMITH_WORKSPACE_ID and LANGSMITH_PROJECT, or the login of
LangSmith's CLI (langsmith auth login), as LangSmith's own clients do; every flag has a variable too, LANGSMITH_INSIGHTS_MCP_ and its name in
capitals: LANGSMITH_INSIGHTS_MCP_LOG_LEVEL for --log-level. A flag wins.`

	rootExamples = `  # see it work, without an account
  langsmith-insights-mcp demo
  # connect an agent client
  langsmith-insights-mcp install --client claude-code
  # find out why it does not work
  langsmith-insights-mcp doctor
  # serve against an embedded LangSmith
  langsmith-insights-mcp --sandbox
  # serve over HTTP
  langsmith-insights-mcp http --addr 127.0.0.1:8080`
)

// terminalHint is what stdio says to a person who starts it in a terminal.
const terminalHint = `langsmith-insights-mcp speaks MCP on stdin and stdout, to an agent client and not to a terminal.
Connect one:   langsmith-insights-mcp install --client claude-desktop   (or claude-code, vscode, cursor, ...)
See it work:   langsmith-insights-mcp demo
Ctrl-C ends it.
`

const (
	stdioHelp = `Serves MCP over stdin and stdout until stdin ends: what a client starts, and what the
program does without a command. stdout carries nothing else; the log goes to stderr.`

	stdioExamples = `  # as a client starts it
  langsmith-insights-mcp stdio
  # nothing can be changed or paid for
  langsmith-insights-mcp stdio --read-only
  # two tools, and no others
  langsmith-insights-mcp stdio --tools list_projects,get_insights_job
  # bounds on what may be spent
  langsmith-insights-mcp stdio --max-sample 200 --max-jobs-per-day 2 --confirm
  # try it out and watch it
  langsmith-insights-mcp stdio --sandbox --log-level debug --log-file mcp.log`
)

const (
	httpHelp = `Serves Streamable HTTP at /mcp and the older HTTP+SSE at /sse and /message, with
GET /healthz and /readyz for probes and GET /mcp/server-card for clients that look
for servers.

A request's own X-API-Key, with X-Tenant-Id and LANGSMITH-ENDPOINT beside it,
takes the place of the configured LangSmith credentials for that request alone.
Authorization holds the token that guards this server, and is never passed on.
On any address but loopback it wants a guard: a token, an issuer, or no key of its own.`

	httpExamples = `  # on this machine, at http://127.0.0.1:8080/mcp
  langsmith-insights-mcp http
  # the same, without an account
  langsmith-insights-mcp http --sandbox
  # for a team
  langsmith-insights-mcp http --addr :8080 --auth-token-file tokens.txt --allow-host mcp.example.com
  # several replicas that share what was paid for
  langsmith-insights-mcp http --state redis://127.0.0.1:6379/0
  # Prometheus metrics beside it
  langsmith-insights-mcp http --metrics-addr 127.0.0.1:9090`
)

const (
	demoHelp = `Runs the server over an embedded LangSmith with sample traces, connects an MCP client
to it and does what an agent would do. It needs no account and no network.`

	demoExamples = `  # takes about five seconds
  langsmith-insights-mcp demo`
)

const (
	installHelp = `Adds one entry to the client's own configuration file, keeps everything else in it, and
leaves a backup beside it. Without --with-key no key is written: where the client
can, it passes on LANGSMITH_API_KEY from its environment or asks for it; what to do
otherwise is said afterwards. With --url the entry is one for a server that others
run, with the key in X-API-Key.

Clients: `

	installExamples = `  # show the change, make none
  langsmith-insights-mcp install --client cursor --dry-run
  # make it, with a backup beside the file
  langsmith-insights-mcp install --client cursor
  # write LANGSMITH_API_KEY into the file too
  langsmith-insights-mcp install --client claude-desktop --with-key
  # a server that others run, in place of one on this machine
  langsmith-insights-mcp install --client claude-code --url https://mcp.example.com/mcp
  # a project's file in place of the user's
  langsmith-insights-mcp install --client vscode --file .vscode/mcp.json`
)

const (
	uninstallHelp = `Takes out what install put there, and nothing else.

Clients: `

	uninstallExamples = `  # show the change, make none
  langsmith-insights-mcp uninstall --client cursor --dry-run
  # take the entry out again
  langsmith-insights-mcp uninstall --client cursor`
)

const (
	doctorHelp = `Asks, one question after another, what may keep the server from working. Nothing it
does costs money or changes anything in LangSmith; a login whose token is about to
end is renewed, as with every call. Exit code 1 when a check failed, 2 when the
configuration cannot be read.

With --live it reads what the tools read of a project, jobs, a report, runs, queues,
datasets and configs, and names every field of LangSmith's answers that is unknown,
missing or of another type. It shows no content: the lines can be pasted into a bug
report.`

	doctorExamples = `  # ask everything, for a person
  langsmith-insights-mcp doctor
  # the same for a program; exit code 1 when a check failed
  langsmith-insights-mcp doctor --json
  # do not wait long for an endpoint that does not answer
  langsmith-insights-mcp doctor --timeout 10s
  # do LangSmith's answers have the fields that this version expects?
  langsmith-insights-mcp doctor --live my-project`
)

const (
	sandboxHelp = `Runs a LangSmith that lives in memory, with sample projects, for trying clients out.
It takes any key. Point a client at it with LANGSMITH_ENDPOINT=http://127.0.0.1:1984.`

	sandboxExamples = `  # a LangSmith at http://127.0.0.1:1984
  langsmith-insights-mcp sandbox
  # at a free port, which it prints
  langsmith-insights-mcp sandbox --addr 127.0.0.1:0
  # as LangSmith is from 31 January 2027
  langsmith-insights-mcp sandbox --routes v2`
)

const versionExamples = `  # print it, and nothing else
  langsmith-insights-mcp version`
