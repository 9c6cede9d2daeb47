package config

import (
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
)

// EnvPrefix begins the variable that belongs to a flag.
const EnvPrefix = "LANGSMITH_INSIGHTS_MCP_"

// Command is a command that serves.
type Command string

// The commands that settings can belong to.
const (
	Stdio   Command = "stdio"
	HTTPCmd Command = "http"
)

// Setting is a flag and its variable. [Settings] is the one list of them, for the
// command line, its help and the documentation.
type Setting struct {
	Name    string
	Meaning string             // one line, for --help and the documentation
	Value   string             // what --help calls the value; empty for a switch
	Default map[Command]string // the value where it is not set
	Only    Command            // the only command that has it; empty for all

	set func(value string) error
}

// Variable returns the environment variable that the flag overrides.
func (s Setting) Variable() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// IsSwitch reports whether the flag takes no value.
func (s Setting) IsSwitch() bool { return s.Value == "" }

// Of reports whether a command has the setting.
func (s Setting) Of(command Command) bool { return s.Only == "" || s.Only == command }

// Settings lists every setting, in the order of --help.
func Settings() []Setting { return settingsOf(&Config{}) }

// settingsOf lists the settings with what sets them in a Config.
func settingsOf(c *Config) []Setting {
	return []Setting{
		{Name: "sandbox", Meaning: "serve against an embedded sandbox: no account needed, nothing leaves the machine",
			set: into(&c.Sandbox, parseBool)},
		{Name: "read-only", Meaning: "offer only the tools that read",
			set: into(&c.ReadOnly, parseBool)},
		{Name: "tools", Value: "NAMES", Meaning: "offer only these tools or toolsets, separated by commas",
			set: into(&c.Tools, parseList)},
		{Name: "state", Value: "WHERE", Meaning: "where the memory of paid calls is kept: memory, a directory, or a redis:// URL",
			Default: map[Command]string{HTTPCmd: stateMemory}, set: into(&c.State, parseState)},
		{Name: "max-sample", Value: "N", Meaning: "the most traces that one job may read",
			set: into(&c.MaxSample, parseUpTo(langsmith.MaxSample))},
		{Name: "max-jobs-per-day", Value: "N", Meaning: "the most paid jobs that one caller may start in a day (UTC); those that a schedule starts are not counted",
			set: into(&c.MaxJobsPerDay, parseUpTo(1_000_000))},
		{Name: "confirm", Meaning: "ask a person before money is spent; a client that cannot ask gets the dry run",
			set: into(&c.Confirm, parseBool)},
		{Name: "hide-run-content", Meaning: "leave inputs, outputs and summaries of runs out of every result",
			set: into(&c.HideRunContent, parseBool)},
		{Name: "chats-dir", Value: "DIR", Meaning: "the folder whose files analyze_chat_histories may read", Only: Stdio,
			set: into(&c.ChatsDir, parseText)},
		{Name: "timeout", Value: "DURATION", Meaning: "how long one request to LangSmith may take",
			Default: forBoth("60s"), set: into(&c.Timeout, parseDuration)},
		{Name: "shutdown-timeout", Value: "DURATION", Meaning: "how long a paid request may still take when the server ends",
			Default: map[Command]string{Stdio: "2s", HTTPCmd: "25s"}, set: into(&c.ShutdownTimeout, parseDuration)},
		{Name: "log-level", Value: "LEVEL", Meaning: "trace, debug, info, warn, error, fatal, panic or disabled",
			Default: forBoth("info"), set: into(&c.LogLevel, parseLogLevel)},
		{Name: "log-file", Value: "FILE", Meaning: "append the log to this file instead of stderr",
			set: into(&c.LogFile, parseText)},
		{Name: "addr", Value: "HOST:PORT", Meaning: "the address to listen on", Only: HTTPCmd,
			Default: map[Command]string{HTTPCmd: "127.0.0.1:8080"}, set: into(&c.HTTP.Addr, parseHostPort)},
		{Name: "auth-token", Value: "TOKENS", Meaning: "callers must send one of these bearer tokens, separated by commas", Only: HTTPCmd,
			set: c.HTTP.addTokens},
		{Name: "auth-token-file", Value: "FILE", Meaning: "the same, one token a line", Only: HTTPCmd,
			set: c.HTTP.addTokenFile},
		{Name: "oauth-issuer", Value: "URL", Meaning: "callers must send a token of this OAuth 2.1 issuer", Only: HTTPCmd,
			set: into(&c.HTTP.OAuthIssuer, parseIssuer)},
		{Name: "oauth-audience", Value: "NAME", Meaning: "the audience those tokens must have", Only: HTTPCmd,
			set: into(&c.HTTP.OAuthAudience, parseText)},
		{Name: "oauth-scope", Value: "SCOPES", Meaning: "scopes that each of those tokens must have, separated by commas", Only: HTTPCmd,
			set: into(&c.HTTP.OAuthScopes, parseList)},
		{Name: "allow-unauthenticated", Meaning: "listen beyond loopback although anybody may call on the operator's key", Only: HTTPCmd,
			set: into(&c.HTTP.AllowUnauthenticated, parseBool)},
		{Name: "allow-origin", Value: "ORIGINS", Meaning: "further browser origins that may call, separated by commas", Only: HTTPCmd,
			set: into(&c.HTTP.AllowOrigins, parseOrigins)},
		{Name: "allow-host", Value: "HOSTS", Meaning: "further Host headers to answer to, separated by commas", Only: HTTPCmd,
			set: into(&c.HTTP.AllowHosts, parseHosts)},
		{Name: "metrics-addr", Value: "HOST:PORT", Meaning: "serve Prometheus metrics at /metrics on this address", Only: HTTPCmd,
			set: into(&c.HTTP.MetricsAddr, parseHostPort)},
	}
}

func forBoth(value string) map[Command]string {
	return map[Command]string{Stdio: value, HTTPCmd: value}
}

// LookupSetting returns the setting of a flag; false where there is no such flag.
func LookupSetting(name string) (Setting, bool) {
	all := Settings()
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return all[i], true
}
