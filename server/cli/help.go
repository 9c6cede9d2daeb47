package cli

// The --help texts of the commands. Each example has its comment on the line above,
// because both on one line would not fit 80 columns.

const (
	rootHelp = `LangSmith's Insights Agent as MCP tools: an agent starts a report over a tracing
project, waits for it, reads it, and goes from a finding to the traces behind it.

Without a command it serves MCP over stdin and stdout. It reads LANGSMITH_API_KEY,
LANGSMITH_ENDPOINT, LANGSMITH_WORKSPACE_ID and LANGSMITH_PROJECT, or the login of
LangSmith's CLI (langsmith auth login), as LangSmith's own clients do. Every flag has
a variable too, such as LANGSMITH_INSIGHTS_MCP_LOG_LEVEL for --log-level; the flag
overrides it.`

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

// terminalHint is printed when a person starts stdio in a terminal.
const terminalHint = `langsmith-insights-mcp speaks MCP on stdin and stdout, to an agent client and not to a terminal.
Connect one:   langsmith-insights-mcp install --client claude-desktop   (or claude-code, vscode, cursor, ...)
See it work:   langsmith-insights-mcp demo
Ctrl-C ends it.
`

const (
	stdioHelp = `Serves MCP over stdin and stdout until stdin ends. Clients start the server this way,
and it is the default without a command. stdout carries nothing else; the log goes to
stderr.`

	stdioExamples = `  # as a client starts it
  langsmith-insights-mcp stdio
  # with tools that only read
  langsmith-insights-mcp stdio --read-only
  # with two tools and no others
  langsmith-insights-mcp stdio --tools list_projects,get_insights_job
  # with bounds on the spending
  langsmith-insights-mcp stdio --max-sample 200 --max-jobs-per-day 2 --confirm
  # try it out and watch it
  langsmith-insights-mcp stdio --sandbox --log-level debug --log-file mcp.log`
)

const (
	httpHelp = `Serves Streamable HTTP at /mcp and the older HTTP+SSE at /sse and /message, with
GET /healthz and /readyz for probes and GET /mcp/server-card for discovery.

A request's own X-API-Key, with X-Tenant-Id and LANGSMITH-ENDPOINT, replaces the
configured LangSmith credentials for that request only. Authorization has the token of
this server and is never passed on. Beyond loopback the server starts only with
a token, an issuer, or no configured key.`

	httpExamples = `  # on this machine, at http://127.0.0.1:8080/mcp
  langsmith-insights-mcp http
  # the same, without an account
  langsmith-insights-mcp http --sandbox
  # for a team
  langsmith-insights-mcp http --addr :8080 --auth-token-file tokens.txt --allow-host mcp.example.com
  # several replicas that share the memory of paid calls
  langsmith-insights-mcp http --state redis://127.0.0.1:6379/0
  # with Prometheus metrics
  langsmith-insights-mcp http --metrics-addr 127.0.0.1:9090`
)

const (
	demoHelp = `Runs the server with an embedded LangSmith and sample traces, connects an MCP client
to it and calls tools as an agent would. It needs no account and no network.`

	demoExamples = `  # takes about five seconds
  langsmith-insights-mcp demo`
)

const (
	installHelp = `Adds one entry to the client's own configuration file, keeps everything else in it, and
leaves a backup beside it. Without --with-key no key is written: clients that can pass
on LANGSMITH_API_KEY from their environment or ask for it, and for the others install
prints what to do. With --sandbox the entry works without an account, on sample traces;
the same command without --sandbox then makes it one for your own. With --url the entry
is for a server that others run, with the key in X-API-Key.

Clients: `

	installExamples = `  # only show the change
  langsmith-insights-mcp install --client cursor --dry-run
  # make the change, with a backup beside the file
  langsmith-insights-mcp install --client cursor
  # try it without an account
  langsmith-insights-mcp install --client cursor --sandbox
  # write LANGSMITH_API_KEY into the file too
  langsmith-insights-mcp install --client claude-desktop --with-key
  # a server that others run, in place of one on this machine
  langsmith-insights-mcp install --client claude-code --url https://mcp.example.com/mcp
  # a project's file in place of the user's
  langsmith-insights-mcp install --client vscode --file .vscode/mcp.json`
)

const (
	uninstallHelp = `Removes the entry that install added, and nothing else.

Clients: `

	uninstallExamples = `  # only show the change
  langsmith-insights-mcp uninstall --client cursor --dry-run
  # remove the entry
  langsmith-insights-mcp uninstall --client cursor`
)

const (
	doctorHelp = `Checks, one after another, the things that can keep the server from working. It costs
nothing and changes nothing in LangSmith; a login whose token expires soon is renewed,
as with every call. The exit code is 1 when a check failed, 2 when the configuration is
invalid.

With --live it reads what the tools read of a project, jobs, a report, runs, queues,
datasets and configs, and names every field of LangSmith's responses that is unknown,
missing or of another type. It shows no content: the lines can be pasted into a bug
report.`

	doctorExamples = `  # run all checks
  langsmith-insights-mcp doctor
  # the same as JSON; exit code 1 when a check failed
  langsmith-insights-mcp doctor --json
  # wait less for an endpoint that does not answer
  langsmith-insights-mcp doctor --timeout 10s
  # compare LangSmith's responses with what this version expects
  langsmith-insights-mcp doctor --live my-project`
)

const (
	sandboxHelp = `Runs an in-memory LangSmith with sample projects, for trying clients out. It accepts
any key. Point a client at it with LANGSMITH_ENDPOINT=http://127.0.0.1:1984.`

	sandboxExamples = `  # a LangSmith at http://127.0.0.1:1984
  langsmith-insights-mcp sandbox
  # at a free port, which it prints
  langsmith-insights-mcp sandbox --addr 127.0.0.1:0
  # as LangSmith is from 31 January 2027
  langsmith-insights-mcp sandbox --routes v2`
)

const versionExamples = `  # print the version and nothing else
  langsmith-insights-mcp version`
