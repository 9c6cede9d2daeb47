package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
)

// EnvPrefix begins the variable that belongs to a flag.
const EnvPrefix = "LANGSMITH_INSIGHTS_MCP_"

// Command is one of the commands that a setting can belong to.
type Command string

// The commands with settings of their own.
const (
	Stdio   Command = "stdio"
	HTTPCmd Command = "http"
)

// Setting is a flag and its variable. The command line, its help and the
// documentation are made of the same list; see [Settings].
type Setting struct {
	Name    string
	Meaning string             // one line, for --help and the documentation
	Value   string             // what the value is, as in --state DIR; empty for a switch
	Default map[Command]string // what holds when it is not set
	Only    Command            // the only command that has it; empty for all

	set func(*Config, string) error
}

// Variable is the environment variable that stands in for the flag.
func (s Setting) Variable() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// IsSwitch reports whether the flag takes no value.
func (s Setting) IsSwitch() bool { return s.Value == "" }

// Of reports whether a command has the setting.
func (s Setting) Of(command Command) bool { return s.Only == "" || s.Only == command }

// Settings lists every flag.
func Settings() []Setting {
	return []Setting{
		{Name: "sandbox", Meaning: "serve against an embedded sandbox: no account needed, nothing leaves the machine",
			set: toggle(func(c *Config) *bool { return &c.Sandbox })},
		{Name: "read-only", Meaning: "offer only the tools that read",
			set: toggle(func(c *Config) *bool { return &c.ReadOnly })},
		{Name: "tools", Value: "NAMES", Meaning: "offer only these tools or toolsets, separated by commas",
			set: list(func(c *Config) *[]string { return &c.Tools })},
		{Name: "state", Value: "WHERE", Meaning: "where the memory of paid calls is kept: memory, a directory, or a redis:// URL",
			Default: map[Command]string{HTTPCmd: stateMemory}, set: setState},
		{Name: "max-sample", Value: "N", Meaning: "the most traces that one job may read",
			set: whole(func(c *Config) *int { return &c.MaxSample }, langsmith.MaxSample)},
		{Name: "max-jobs-per-day", Value: "N", Meaning: "the most paid jobs that one caller may start in a day (UTC)",
			set: whole(func(c *Config) *int { return &c.MaxJobsPerDay }, 1_000_000)},
		{Name: "confirm", Meaning: "ask a person before money is spent; a client that cannot ask gets the dry run",
			set: toggle(func(c *Config) *bool { return &c.Confirm })},
		{Name: "hide-run-content", Meaning: "leave inputs, outputs and summaries of runs out of every result",
			set: toggle(func(c *Config) *bool { return &c.HideRunContent })},
		{Name: "chats-dir", Value: "DIR", Meaning: "the folder whose files analyze_chat_histories may read", Only: Stdio,
			set: text(func(c *Config) *string { return &c.ChatsDir })},
		{Name: "timeout", Value: "DURATION", Meaning: "how long one request to LangSmith may take",
			Default: both("60s"), set: duration(func(c *Config) *time.Duration { return &c.Timeout })},
		{Name: "shutdown-timeout", Value: "DURATION", Meaning: "how long a paid request may still take when the server ends",
			Default: map[Command]string{Stdio: "2s", HTTPCmd: "25s"}, set: duration(func(c *Config) *time.Duration { return &c.ShutdownTimeout })},
		{Name: "log-level", Value: "LEVEL", Meaning: "trace, debug, info, warn, error, fatal, panic or disabled",
			Default: both("info"), set: setLogLevel},
		{Name: "log-file", Value: "FILE", Meaning: "append the log to this file instead of stderr",
			set: text(func(c *Config) *string { return &c.LogFile })},
		{Name: "addr", Value: "HOST:PORT", Meaning: "the address to listen on", Only: HTTPCmd,
			Default: map[Command]string{HTTPCmd: "127.0.0.1:8080"}, set: address(func(c *Config) *string { return &c.HTTP.Addr })},
		{Name: "auth-token", Value: "TOKENS", Meaning: "callers must send one of these bearer tokens, separated by commas", Only: HTTPCmd,
			set: setAuthTokens},
		{Name: "auth-token-file", Value: "FILE", Meaning: "the same, one token a line", Only: HTTPCmd,
			set: setAuthTokenFile},
		{Name: "oauth-issuer", Value: "URL", Meaning: "callers must send a token of this OAuth 2.1 issuer", Only: HTTPCmd,
			set: issuer(func(c *Config) *string { return &c.HTTP.OAuthIssuer })},
		{Name: "oauth-audience", Value: "NAME", Meaning: "the audience those tokens must have", Only: HTTPCmd,
			set: text(func(c *Config) *string { return &c.HTTP.OAuthAudience })},
		{Name: "oauth-scope", Value: "SCOPES", Meaning: "scopes that each of those tokens must have, separated by commas", Only: HTTPCmd,
			set: list(func(c *Config) *[]string { return &c.HTTP.OAuthScopes })},
		{Name: "allow-unauthenticated", Meaning: "listen beyond loopback although anybody may call on the operator's key", Only: HTTPCmd,
			set: toggle(func(c *Config) *bool { return &c.HTTP.AllowUnauthenticated })},
		{Name: "allow-origin", Value: "ORIGINS", Meaning: "further browser origins that may call, separated by commas", Only: HTTPCmd,
			set: setAllowOrigins},
		{Name: "allow-host", Value: "HOSTS", Meaning: "further Host headers to answer to, separated by commas", Only: HTTPCmd,
			set: setAllowHosts},
		{Name: "metrics-addr", Value: "HOST:PORT", Meaning: "serve Prometheus metrics at /metrics on this address", Only: HTTPCmd,
			set: address(func(c *Config) *string { return &c.HTTP.MetricsAddr })},
	}
}

func both(value string) map[Command]string {
	return map[Command]string{Stdio: value, HTTPCmd: value}
}

func toggle(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		switch strings.ToLower(value) {
		case "true", "1", "yes", "on":
			*field(c) = true
		case "false", "0", "no", "off", "":
			*field(c) = false
		default:
			return fmt.Errorf("want true or false, not %q", value)
		}
		return nil
	}
}

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		*field(c) = value
		return nil
	}
}

func list(field func(*Config) *[]string) func(*Config, string) error {
	return func(c *Config, value string) error {
		*field(c) = splitList(value)
		return nil
	}
}

func splitList(value string) []string {
	var items []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func whole(field func(*Config) *int, most int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > most {
			return fmt.Errorf("want a whole number from 1 to %d, not %q", most, value)
		}
		*field(c) = n
		return nil
	}
}

func duration(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("want a duration such as 30s or 2m, not %q", value)
		}
		*field(c) = d
		return nil
	}
}

func address(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if _, port, err := net.SplitHostPort(value); err != nil || !isPort(port) {
			return fmt.Errorf("want HOST:PORT such as 127.0.0.1:8080, not %q", value)
		}
		*field(c) = value
		return nil
	}
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n <= 65535
}

func issuer(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopbackHost(u.Hostname())) {
			return errors.New("want the issuer's https:// address")
		}
		*field(c) = value
		return nil
	}
}

func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func setLogLevel(c *Config, value string) error {
	level, err := zerolog.ParseLevel(strings.ToLower(value))
	if err != nil || value == "" {
		return fmt.Errorf("want one of trace, debug, info, warn, error, fatal, panic, disabled, not %q", value)
	}
	c.LogLevel = level
	return nil
}
