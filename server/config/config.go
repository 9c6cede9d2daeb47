// Package config loads the server's configuration from flags, environment variables, key
// files and the profile of LangSmith's CLI. It reports all problems at once.
package config

import (
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
)

// Config is the validated configuration. It prints without secrets.
type Config struct {
	LangSmith LangSmith

	Sandbox        bool
	ReadOnly       bool
	Tools          []string // tools or toolsets; empty for all
	State          string   // memory, a directory, or a redis:// URL
	MaxSample      int      // traces of a job; 0 for LangSmith's bound
	MaxJobsPerDay  int      // 0 for no bound
	Confirm        bool
	HideRunContent bool
	ChatsDir       string
	Timeout        time.Duration // of one request to LangSmith

	ShutdownTimeout time.Duration // of a paid request during shutdown
	LogLevel        zerolog.Level
	LogFile         string // empty for stderr

	HTTP HTTP

	// Placeholders are the variables that count as unset, since their value is a
	// placeholder such as ${NAME} that the client has not replaced.
	Placeholders []string

	// Unknown has the result of [UnknownVariables]. The command line sets it.
	Unknown []string
}

// HTTP has the settings of the http command.
type HTTP struct {
	Addr                 string
	AuthTokens           []langsmith.Secret
	OAuthIssuer          string
	OAuthAudience        string
	OAuthScopes          []string // required in each token
	AllowUnauthenticated bool
	AllowOrigins         []string
	AllowHosts           []string
	MetricsAddr          string // empty for none
}

// LangSmith is the configuration of requests to LangSmith with the operator's credentials.
type LangSmith struct {
	Endpoint    langsmith.Endpoint
	Credentials langsmith.Credentials
	Project     string // the default project of calls

	// ProfileFile and ProfileName are the profile of LangSmith's CLI that was
	// read; empty for none.
	ProfileFile, ProfileName string

	// Found is the source of each setting, for doctor, such as "LANGSMITH_API_KEY" or
	// "profile default in ~/.langsmith/config.json".
	Found Sources
}

// Sources are the sources of the LangSmith settings; empty for an unset one.
type Sources struct {
	Endpoint, Credential, Workspace, Project string
}

// HasWorkspace reports whether a workspace is set.
func (l LangSmith) HasWorkspace() bool { return l.Credentials.Workspace != uuid.Nil }
