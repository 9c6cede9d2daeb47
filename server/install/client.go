package install

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var (
	// ErrUnknownClient means that no client has that name.
	ErrUnknownClient = errors.New("unknown client")

	// errClientNotFound means that this machine does not seem to have the client.
	errClientNotFound = errors.New("does not seem to be installed here")
)

// Client is an agent client that can be configured.
type Client struct {
	Name  string // what --client takes, as "claude-desktop"
	Title string // the product's name, as "Claude Desktop"
}

// Clients lists the known clients in the order of the documentation.
func Clients() []Client {
	var all []Client
	for _, c := range catalogue() {
		all = append(all, c.Client)
	}
	return all
}

// client describes a client's configuration.
type client struct {
	Client
	format    format
	locations func(Host) []location
	// commands are looked for in the PATH: a command-line client may be installed without
	// having written a file yet.
	commands []string
	// entryType is the value of "type" in a new entry, "" for none.
	entryType string
	// reference is the text that the client replaces with the key when it starts the
	// server, "" if it expands no variables.
	reference string
	// passesKey says that the client passes on the variables that env_vars names
	// (Codex).
	passesKey bool
	// address is the form of an entry for a server at an address. It is nil if the file
	// cannot have one; noAddress then says what to do.
	address   *addressForm
	noAddress string
	// expands is the beginning of a variable that the client expands in a value, "" if it
	// expands none. A value that contains it would not reach the server unchanged.
	expands string
	// strictJSON says that the client accepts no comments and no trailing commas.
	strictJSON bool
	nextStep   string // what to do after a change
	keySource  string // how the server gets its key without --with-key
}

// location is a place where a client may keep its configuration.
type location struct {
	file    string
	folder  string // exists when the client is installed
	literal bool   // the client is not known to expand variables in this file
	address string // the key of an address in this file, "" for the client's usual one
}

// locate returns the client's configuration file, which need not exist: the one that o
// names, else the first whose client is installed.
func (c client) locate(o Options) (location, error) {
	places := c.locations(o.Host)
	if o.File != "" {
		return locateFile(places, o.File)
	}
	var folders []string
	for _, place := range places {
		if exists(place.folder) || exists(place.file) {
			return place, nil
		}
		folders = append(folders, place.folder)
	}
	searched := "there is no " + strings.Join(folders, " or ")
	for _, command := range c.commands {
		if _, err := o.Host.LookPath(command); err == nil {
			return places[0], nil
		}
		searched += fmt.Sprintf(" and no command %q", command)
	}
	return location{}, fmt.Errorf("%s %w: %s. Install it and start it once, then run this again; or name another client: %s",
		c.Title, errClientNotFound, searched, ClientNames())
}

// locateFile returns the location of a file: one of places, or a new one.
func locateFile(places []location, file string) (location, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return location{}, err
	}
	if folder := filepath.Dir(path); !exists(folder) {
		return location{}, fmt.Errorf("there is no folder %s to keep %s in", folder, filepath.Base(path))
	}
	for _, place := range places {
		if place.file == path {
			return place, nil
		}
	}
	return location{file: path}, nil
}

func findClient(name string) (client, error) {
	for _, c := range catalogue() {
		if c.Name == name {
			return c, nil
		}
	}
	return client{}, fmt.Errorf("%w %q: name one of %s", ErrUnknownClient, name, ClientNames())
}

// ClientNames lists the names of the clients, for a sentence.
func ClientNames() string {
	var names []string
	for _, c := range Clients() {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// packageFolders lists the data folders of an application's packages. Those with the file
// come first: of several packages, the one that has run is in use. The prefix of their
// names is compared without regard to case.
func packageFolders(parent, prefix, below, file string) []string {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	var with, without []string
	for _, e := range entries {
		folder := filepath.Join(parent, e.Name(), below)
		switch {
		case !strings.HasPrefix(strings.ToLower(e.Name()), prefix):
		case exists(filepath.Join(folder, file)):
			with = append(with, folder)
		default:
			without = append(without, folder)
		}
	}
	return append(with, without...)
}
