// Package config gathers what the server is told from flags, the environment,
// files of keys and the official CLI's profile, and reports everything that is
// wrong with it at once.
package config

import (
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
)

// Config is everything the server was told, checked. It prints without secrets.
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
	Timeout        time.Duration // of one upstream request

	ShutdownTimeout time.Duration // for a paid request at the end
	LogLevel        zerolog.Level
	LogFile         string // empty for stderr

	HTTP HTTP
}

// HTTP is what only the http command is told.
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

// LangSmith is how the operator's own calls reach LangSmith.
type LangSmith struct {
	Endpoint    langsmith.Endpoint
	Credentials langsmith.Credentials
	Project     string // the project when a call names none

	// Found says where each setting came from, for doctor: "LANGSMITH_API_KEY",
	// "profile default in ~/.langsmith/config.json". Missing where unset.
	Found Sources
}

// Sources name where each LangSmith setting was found; empty for not at all.
type Sources struct {
	Endpoint, Credential, Workspace, Project string
}

// HasWorkspace reports whether a workspace was chosen.
func (l LangSmith) HasWorkspace() bool { return l.Credentials.Workspace != uuid.Nil }
