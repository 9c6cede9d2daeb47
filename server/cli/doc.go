// Package cli is the program's command line: its commands and flags. It runs the
// server over stdio and HTTP.
package cli
