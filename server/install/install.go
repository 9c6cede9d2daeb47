package install

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// DefaultServerName is the name of the entry when none is given.
const DefaultServerName = "langsmith-insights"

// Secret is a key. It prints as [redacted].
type Secret string

// String implements [fmt.Stringer].
func (Secret) String() string { return redacted }

// GoString implements [fmt.GoStringer].
func (Secret) GoString() string { return redacted }

// MarshalText implements [encoding.TextMarshaler].
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

const redacted = "[redacted]"

// Options says what to install where.
type Options struct {
	// Client is the name of one of [Clients].
	Client string
	// File is the configuration file to use in place of the client's own, for a
	// second edition, a profile or a project. Its folder must exist.
	File string
	// ServerName names the entry: letters, digits and dashes. The default is
	// [DefaultServerName].
	ServerName string
	// Command is the absolute path of the server, and Args what it is called
	// with. An entry whose arguments start with Args keeps those behind them.
	Command string
	Args    []string
	// Env is written as it is: endpoint, workspace, project. No credentials.
	Env map[string]string
	// APIKey is written to the file if it is not empty.
	APIKey Secret
	// DryRun reports what would be done, and does nothing.
	DryRun bool
	// Host is the machine; the zero value is this one.
	Host Host
}

// Change tells what was done, or with [Options].DryRun what would be.
type Change struct {
	Client  Client
	File    string // the configuration file
	Changed bool   // false: everything is already as asked
	Created bool   // the file was not there
	Backup  string // the copy of what was there before, "" when there is none
	// Diff is the change as a unified diff. It is meant to be shown: strings
	// and comments outside the entry are elided, and credentials redacted.
	Diff  string
	Notes []string // what to know about the key and the file, in sentences
	Next  string   // what to do now for the client to notice, "" when unchanged
}

// Install adds the server to the client's configuration, or brings its entry up
// to date.
func Install(o Options) (Change, error) {
	o, c, err := o.resolve()
	if err != nil {
		return Change{}, err
	}
	place, found := c.place(o)
	if place.literal {
		c.reference = ""
	}
	e, err := c.entry(o)
	if err = cmp.Or(found, err); err != nil {
		return Change{}, err
	}
	f, err := openFile(place.file)
	if err != nil {
		return Change{}, err
	}
	body, err := c.format.merge(f.body, e)
	if err != nil {
		return Change{}, f.refuse(err)
	}
	return c.apply(o, f, f.with(body, o.APIKey != ""), c.notes(o, f, body))
}

// Uninstall takes the server's entry out of the client's configuration. Of o it
// uses Client, File, ServerName, DryRun and Host. That there is no entry, no
// file or no client is no error: nothing is changed.
func Uninstall(o Options) (Change, error) {
	o, c, err := o.resolve()
	if err != nil {
		return Change{}, err
	}
	place, err := c.place(o)
	if errors.Is(err, ErrClientNotFound) {
		return Change{Client: c.Client, Notes: []string{c.Title + " was not found: there is nothing to take out."}}, nil
	}
	if err != nil {
		return Change{}, err
	}
	f, err := openFile(place.file)
	if err != nil {
		return Change{}, err
	}
	body, err := c.format.remove(f.body, o.ServerName)
	if err != nil {
		return Change{}, f.refuse(err)
	}
	if string(body) != string(f.body) {
		body = f.undo(c.format, o.ServerName, body)
	}
	return c.apply(o, f, f.with(body, false), nil)
}

func (o Options) resolve() (Options, client, error) {
	c, err := clientNamed(o.Client)
	if err != nil {
		return o, c, err
	}
	o.ServerName = cmp.Or(o.ServerName, DefaultServerName)
	if !goodServerName(o.ServerName) {
		return o, c, fmt.Errorf("the name %q does not suit every client: use letters, digits and dashes, at most 64", o.ServerName)
	}
	o.Host, err = o.Host.withDefaults()
	return o, c, err
}

// place is where the client's configuration is, or is said to be.
func (c client) place(o Options) (location, error) {
	if o.File == "" {
		return c.locate(o.Host)
	}
	path, err := filepath.Abs(o.File)
	if err != nil {
		return location{}, err
	}
	if dir := filepath.Dir(path); !exists(dir) {
		return location{}, fmt.Errorf("there is no folder %s to keep %s in", dir, filepath.Base(path))
	}
	for _, known := range c.locations(o.Host) {
		if known.file == path {
			return known, nil
		}
	}
	return location{file: path}, nil
}

// apply brings f to the state after, unless it is there already.
func (c client) apply(o Options, f, after file, notes []string) (Change, error) {
	ch := Change{Client: c.Client, File: f.path, Created: !f.there, Notes: notes}
	if err := unharmed(c.format, f.body, after.body, o.ServerName); err != nil {
		return ch, fmt.Errorf("%s was left as it is: %w", f.path, err)
	}
	if string(after.body) == string(f.body) && after.mode == f.mode {
		ch.Created = false
		return ch, nil
	}
	if f.mode&0o200 == 0 {
		return ch, fmt.Errorf("%s is write-protected and was left as it is: make it writable, or change it by hand", f.path)
	}
	ch.Changed, ch.Next = true, c.next
	ch.Diff = diff(c.format, o, f, after)
	if after.mode != f.mode && f.there {
		ch.Notes = append(ch.Notes, fmt.Sprintf("%s is made readable by you alone, as it holds the key.", f.path))
	}
	if o.DryRun {
		return ch, nil
	}
	var err error
	if f.there {
		if ch.Backup, err = f.backup(c.format, o.ServerName, o.Host.Now()); err != nil {
			return ch, fmt.Errorf("nothing was changed, for lack of a backup: %w", err)
		}
	}
	return ch, f.replace(after)
}

// notes tells where the server will get its key from, and what is odd about the
// file.
func (c client) notes(o Options, f file, body []byte) []string {
	var notes []string
	switch {
	case o.APIKey != "":
		notes = append(notes, fmt.Sprintf("The key stands in %s: it is worth as much as your account.", f.path))
	case !supplied(c.format, body, o.ServerName):
		notes = append(notes, c.keys)
	}
	if c.plain && hasComments(f.body) {
		notes = append(notes, fmt.Sprintf(
			"%s has comments or trailing commas, which %s does not read: it may be ignoring the whole file.", f.path, c.Title))
	}
	return notes
}

// fileMode is that of a new file, and of one with a key in it.
const fileMode os.FileMode = 0o600
