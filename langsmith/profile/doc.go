// Package profile reads the profile file of LangSmith's CLI: an API key, or the tokens
// of "langsmith auth login", which it renews.
//
// Several processes and LangSmith's own clients share the file. A refresh token can be
// used only once, so a renewal holds the lock that LangSmith's clients use, and reads
// the file again under it.
package profile
