// Package profile reads the configuration file of LangSmith's official CLI and
// signs in with what it holds: the tokens that "langsmith auth login" left
// there, renewed as LangSmith's own clients renew them, or an API key.
//
// Several processes and LangSmith's clients share one file. A refresh token can
// be used once, so a token is renewed under a lock that all of them honour, with
// the file read again under it.
package profile
