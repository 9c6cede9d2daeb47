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

	// ErrClientNotFound means that this machine does not seem to have the client.
	ErrClientNotFound = errors.New("does not seem to be installed here")
)

// Client is an agent client that can be configured.
type Client struct {
	Name  string // what --client takes, as "claude-desktop"
	Title string // the product's name, as "Claude Desktop"
}

// Clients lists the known clients in the order to show them in.
func Clients() []Client {
	var all []Client
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
	// commands are looked for in the PATH: a command line may be installed without
	// ever having written a file.
	commands []string
	// entryType is the value of "type" in a new entry, "" for none.
	entryType string
	// reference is what the client replaces with the key when it starts the server,
	// "" if it replaces nothing.
	reference string
	// passesKey says that the client passes on the variables that env_vars names
	// (Codex).
	passesKey bool
	// address is the form of an entry for a server at an address; nil where the file
	// takes none, and noAddress says what to do then.
	address   *addressForm
	noAddress string
	// expands begins what the client replaces inside a value, "" for nothing. A
	// value with it would not reach the server as it was written.
	expands string
	// strictJSON says that the client reads no comments and no trailing commas.
	strictJSON bool
	nextStep   string // what to do after a change
	keySource  string // where the server gets its key from without --with-key
}

// location is a place where a client may keep its configuration.
type location struct {
	file    string
	folder  string // exists when the client is installed
	literal bool   // the client is not known to replace anything in this file
	address string // the name of an address in this file, "" for the client's usual one
}

// locate returns the client's configuration file, which need not exist: the one
// that o names, else the first whose client is there.
func (c client) locate(o Options) (location, error) {
	places := c.locations(o.Host)
	if o.File != "" {
		return named(places, o.File)
	}
	var folders []string
	for _, place := range places {
		if exists(place.folder) || exists(place.file) {
			return place, nil
		}
		folders = append(folders, place.folder)
	}
	looked := "there is no " + strings.Join(folders, " or ")
	for _, command := range c.commands {
		if _, err := o.Host.LookPath(command); err == nil {
			return places[0], nil
		}
		looked += fmt.Sprintf(" and no command %q", command)
	}
	return location{}, fmt.Errorf("%s %w: %s. Install it and start it once, then run this again; or name another client: %s",
		c.Title, ErrClientNotFound, looked, clientNames())
}

// named returns the location of a file, one of places where it is one.
func named(places []location, file string) (location, error) {
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
	return client{}, fmt.Errorf("%w %q: name one of %s", ErrUnknownClient, name, clientNames())
}

func clientNames() string {
	var names []string
	for _, c := range Clients() {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// packageFolders lists the folders in which the packages of one application keep
// their data, those first that have the file: of several, the one that has run is
// meant. The prefix of their names is compared without regard to case.
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
