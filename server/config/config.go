// Package config loads the server's configuration from flags, environment
// variables, files of keys and the profile of LangSmith's CLI, and reports
// everything that is wrong with it at once.
package config

import (
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
)

// Config is the checked configuration. It prints without secrets.
type Config struct {
	LangSmith LangSmith

	Sandbox        bool
	ReadOnly       bool
	Tools          []string // names of tools or toolsets; empty for all
	State          string   // memory, a directory, or a redis:// URL
	MaxSample      int      // 0 for LangSmith's own bound
	MaxJobsPerDay  int      // 0 for any number
	Confirm        bool
	HideRunContent bool
	ChatsDir       string
	Timeout        time.Duration // of one request to LangSmith

	ShutdownTimeout time.Duration // for a paid request at the end
	LogLevel        zerolog.Level
	LogFile         string // empty for stderr

	HTTP HTTP

	// Placeholders are the variables that count as unset because they hold a
	// placeholder such as ${NAME}, which the client should have replaced.
	Placeholders []string
}

// HTTP has the settings of the http command alone.
type HTTP struct {
	Addr                 string
	AuthTokens           []langsmith.Secret
	OAuthIssuer          string
	OAuthAudience        string
	OAuthScopes          []string // each token must have all of them
	AllowUnauthenticated bool
	AllowOrigins         []string
	AllowHosts           []string
	MetricsAddr          string // empty for none
}

// LangSmith says how calls on the operator's credentials reach LangSmith.
type LangSmith struct {
	Endpoint    langsmith.Endpoint
	Credentials langsmith.Credentials
	Project     string // the project when a call names none

	// ProfileFile and ProfileName are the profile of LangSmith's CLI that was
	// read; empty for none.
	ProfileFile, ProfileName string

	// Found says where each setting was found, for doctor: "LANGSMITH_API_KEY",
	// "profile default in ~/.langsmith/config.json".
	Found Sources
}

// Sources name where each setting of LangSmith was found; empty where it is unset.
type Sources struct {
	Endpoint, Credential, Workspace, Project string
}

// HasWorkspace reports whether a workspace is set.
func (l LangSmith) HasWorkspace() bool { return l.Credentials.Workspace != uuid.Nil }
