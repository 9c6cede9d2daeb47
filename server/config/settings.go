package config

import (
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
)

// EnvPrefix is the prefix of the flags' environment variables.
const EnvPrefix = "LANGSMITH_INSIGHTS_MCP_"

// Command is a command that runs a server.
type Command string

// The commands that have settings.
const (
	Stdio   Command = "stdio"
	HTTPCmd Command = "http"
)

// Setting is a flag and its variable. [Settings] is their only list: the command line, its
// help and the documentation are generated from it.
type Setting struct {
	Name    string
	Meaning string             // one line, for --help and the documentation
	Value   string             // the name of the value in --help; empty for a switch
	Default map[Command]string // the value if it is not set
	Only    Command            // the only command with the setting; empty for all

	set func(value string) error
}

// Variable returns the environment variable that the flag overrides.
func (s Setting) Variable() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// IsSwitch reports whether the flag takes no value.
func (s Setting) IsSwitch() bool { return s.Value == "" }

// AppliesTo reports whether a command has the setting.
func (s Setting) AppliesTo(command Command) bool { return s.Only == "" || s.Only == command }

// Settings lists every setting, in the order of --help.
func Settings() []Setting { return settingsOf(&Config{}) }

// settingsOf lists the settings, which set the fields of a Config.
func settingsOf(c *Config) []Setting {
	return []Setting{
		{Name: "sandbox", Meaning: "use an embedded sandbox instead of LangSmith: no account needed, nothing leaves the machine",
			set: parseInto(&c.Sandbox, parseBool)},
		{Name: "read-only", Meaning: "expose only the tools that read",
			set: parseInto(&c.ReadOnly, parseBool)},
		{Name: "tools", Value: "NAMES", Meaning: "expose only these tools or toolsets, separated by commas",
			set: parseInto(&c.Tools, parseList)},
		{Name: "state", Value: "WHERE", Meaning: "where to keep the memory of paid calls: memory, a directory, or a redis:// URL",
			Default: map[Command]string{HTTPCmd: StateMemory}, set: parseInto(&c.State, parseState)},
		{Name: "max-sample", Value: "N", Meaning: "the maximum number of traces that a job may read",
			set: parseInto(&c.MaxSample, parseUpTo(langsmith.MaxSample))},
		{Name: "max-jobs-per-day", Value: "N", Meaning: "the maximum number of paid jobs per day (UTC) per LangSmith key, counted in --state, not counting scheduled jobs",
			set: parseInto(&c.MaxJobsPerDay, parseUpTo(1_000_000))},
		{Name: "confirm", Meaning: "ask a person before money is spent; a client that cannot ask gets a dry run",
			set: parseInto(&c.Confirm, parseBool)},
		{Name: "hide-run-content", Meaning: "omit the inputs, outputs and summaries of runs from every result",
			set: parseInto(&c.HideRunContent, parseBool)},
		{Name: "chats-dir", Value: "DIR", Meaning: "the folder whose files analyze_chat_histories may read", Only: Stdio,
			set: parseInto(&c.ChatsDir, parseText)},
		{Name: "timeout", Value: "DURATION", Meaning: "how long a request to LangSmith may take",
			Default: forBoth("60s"), set: parseInto(&c.Timeout, parseDuration)},
		{Name: "shutdown-timeout", Value: "DURATION", Meaning: "how long a paid request may take to finish when the server shuts down",
			Default: map[Command]string{Stdio: "2s", HTTPCmd: "25s"}, set: parseInto(&c.ShutdownTimeout, parseDuration)},
		{Name: "log-level", Value: "LEVEL", Meaning: "trace, debug, info, warn, error, fatal, panic or disabled",
			Default: forBoth("info"), set: parseInto(&c.LogLevel, parseLogLevel)},
		{Name: "log-file", Value: "FILE", Meaning: "append the log to this file instead of stderr",
			set: parseInto(&c.LogFile, parseText)},
		{Name: "addr", Value: "HOST:PORT", Meaning: "the address to listen on", Only: HTTPCmd,
			Default: map[Command]string{HTTPCmd: "127.0.0.1:8080"}, set: parseInto(&c.HTTP.Addr, parseHostPort)},
		{Name: "auth-token", Value: "TOKENS", Meaning: "require one of these bearer tokens, separated by commas", Only: HTTPCmd,
			set: c.HTTP.addTokens},
		{Name: "auth-token-file", Value: "FILE", Meaning: "require one of the bearer tokens in this file, one per line, read at the start", Only: HTTPCmd,
			set: c.HTTP.addTokenFile},
		{Name: "oauth-issuer", Value: "URL", Meaning: "require an access token of this OAuth 2.1 issuer", Only: HTTPCmd,
			set: parseInto(&c.HTTP.OAuthIssuer, parseIssuer)},
		{Name: "oauth-audience", Value: "NAME", Meaning: "the audience that each access token must have", Only: HTTPCmd,
			set: parseInto(&c.HTTP.OAuthAudience, parseText)},
		{Name: "oauth-scope", Value: "SCOPES", Meaning: "the scopes that each access token must have, separated by commas", Only: HTTPCmd,
			set: parseInto(&c.HTTP.OAuthScopes, parseList)},
		{Name: "allow-unauthenticated", Meaning: "listen beyond loopback although anyone may call with the operator's key", Only: HTTPCmd,
			set: parseInto(&c.HTTP.AllowUnauthenticated, parseBool)},
		{Name: "allow-origin", Value: "ORIGINS", Meaning: "additional browser origins to accept, separated by commas", Only: HTTPCmd,
			set: parseInto(&c.HTTP.AllowOrigins, parseOrigins)},
		{Name: "allow-host", Value: "HOSTS", Meaning: "additional Host headers to accept, separated by commas", Only: HTTPCmd,
			set: parseInto(&c.HTTP.AllowHosts, parseHosts)},
		{Name: "metrics-addr", Value: "HOST:PORT", Meaning: "serve Prometheus metrics at /metrics on this address", Only: HTTPCmd,
			set: parseInto(&c.HTTP.MetricsAddr, parseHostPort)},
	}
}

func forBoth(value string) map[Command]string {
	return map[Command]string{Stdio: value, HTTPCmd: value}
}

// LookupSetting returns the setting of a flag; false if there is no such flag.
func LookupSetting(name string) (Setting, bool) {
	all := Settings()
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return all[i], true
}
