package install

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrUnknownClient is what an error is that is about a name of no client.
var ErrUnknownClient = errors.New("unknown client")

// ErrClientNotFound is what an error is that is about a client which this
// machine does not seem to have.
var ErrClientNotFound = errors.New("client not found")

// clientError says in text what kind is about.
type clientError struct {
	kind error
	text string
}

func (e clientError) Error() string { return e.text }
func (e clientError) Unwrap() error { return e.kind }

// Client is an agent client that can be configured.
type Client struct {
	Name  string // what --client takes, as "claude-desktop"
	Title string // what people call it, as "Claude Desktop"
}

// Clients lists the known clients in the order to show them in.
func Clients() []Client {
	all := make([]Client, 0, len(catalogue()))
	for _, c := range catalogue() {
		all = append(all, c.Client)
	}
	return all
}

// client is what is known of a client's configuration.
type client struct {
	Client
	format    format
	locations func(Host) []location
	// commands are looked for in the PATH of clients that are command lines:
	// these may be installed without ever having written a file.
	commands []string
	// entryType is the value of "type" in a new entry, "" when there is none.
	entryType string
	// reference is what a variable's value is replaced with when the client
	// starts the server, with NAME for the variable's name. Empty: the client
	// has no such thing.
	reference string
	// prompts says that the key is asked for by the client itself (VS Code).
	prompts bool
	// expands starts what the client replaces inside a value, "" for nothing. A
	// value with it would not arrive as it was written.
	expands string
	// plain says that the client reads JSON without comments and trailing
	// commas.
	plain bool
	next  string // what to do after a change
	keys  string // where the server gets its key from without --with-key
}

// location is a place where a client may keep its configuration.
type location struct {
	file    string
	sign    string // exists when the client does
	literal bool   // whether the client replaces anything in this file is not known
}

// locate finds the client's configuration file. The file itself may be missing.
func (c client) locate(h Host) (location, error) {
	places := c.locations(h)
	for _, p := range places {
		if exists(p.sign) || exists(p.file) {
			return p, nil
		}
	}
	for _, command := range c.commands {
		if _, err := h.LookPath(command); err == nil {
			return places[0], nil
		}
	}
	return location{}, c.notFound(places)
}

func (c client) notFound(places []location) error {
	var signs []string
	for _, p := range places {
		signs = append(signs, p.sign)
	}
	looked := "there is no " + strings.Join(signs, " or ")
	if len(c.commands) > 0 {
		looked += fmt.Sprintf(" and no command %q", c.commands[0])
	}
	return clientError{ErrClientNotFound, fmt.Sprintf("%s does not seem to be installed here: %s. "+
		"Install it and start it once, then run this again; or name another client: %s",
		c.Title, looked, names())}
}

func clientNamed(name string) (client, error) {
	for _, c := range catalogue() {
		if c.Name == name {
			return c, nil
		}
	}
	return client{}, clientError{ErrUnknownClient, fmt.Sprintf("no client is called %q: name one of %s", name, names())}
}

func names() string {
	var all []string
	for _, c := range Clients() {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}

// packages lists the folders below that the packages of one application keep
// their data in, those first that have file: with several, the one that has run
// is meant. What prefix the names have is told without regard to case.
func packages(parent, prefix, below, file string) []string {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	var with, without []string
	for _, e := range entries {
		if !strings.HasPrefix(strings.ToLower(e.Name()), prefix) {
			continue
		}
		dir := filepath.Join(parent, e.Name(), below)
		if exists(filepath.Join(dir, file)) {
			with = append(with, dir)
		} else {
			without = append(without, dir)
		}
	}
	return append(with, without...)
}
