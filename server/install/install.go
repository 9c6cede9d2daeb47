package install

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// Options says what to install where.
type Options struct {
	// Client is the name of one of [Clients].
	Client string
	// File is the configuration file to use in place of the client's own, for a
	// second edition, a profile or a project. Its folder must exist.
	File string
	// Command is the absolute path of the server, and Args its arguments. An entry
	// whose arguments start with Args keeps those behind them.
	Command string
	Args    []string
	// Env is written as it is: endpoint, workspace, project. No credentials.
	Env map[string]string
	// URL is the address of a server over HTTP, in place of Command, Args and Env.
	URL *url.URL
	// Headers are sent to URL beside the key. No credentials.
	Headers map[string]string
	// APIKey is written to the file if it is not empty.
	APIKey langsmith.Secret
	// DryRun reports what would be done, and does nothing.
	DryRun bool
	Host   Host
}

// Change tells what was done, or with [Options].DryRun what would be.
type Change struct {
	Client  Client
	File    string // the configuration file
	Changed bool   // false: everything is already as asked
	Missing string // why the client seems not to be on this machine; of a dry run alone
	Backup  string // the copy of what was there before, "" for none
	// Diff is the change of the entry and its prompt as a unified diff. It is meant
	// to be shown: it has nothing else of the file, and no credential.
	Diff  string
	Notes []string // what to know about the key and the file, in sentences
	Next  string   // what to do now for the client to notice, "" when unchanged
}

// Install adds the server to the client's configuration, or brings its entry up
// to date.
func Install(o Options) (Change, error) {
	c, err := findClient(o.Client)
	if err != nil {
		return Change{}, err
	}
	if o.URL != nil && c.address == nil {
		return Change{}, fmt.Errorf("the file of %s takes no address: %s", c.Title, c.noAddress)
	}
	place, err := c.locate(o)
	missing := errors.Is(err, ErrClientNotFound) && o.DryRun
	if err != nil && !missing {
		return Change{}, err
	}
	looked := err
	if missing {
		place = c.locations(o.Host)[0]
	}
	e, err := c.newEntry(o, place)
	if err != nil {
		return Change{}, err
	}
	f, err := readFile(place.file)
	if err != nil {
		return Change{}, err
	}
	body, err := merge(c.format, f.body, e)
	if err != nil {
		return Change{}, f.refuse(err)
	}
	ch, err := c.apply(o, f, f.withBody(body, o.APIKey != ""), c.notes(o, f, body))
	if missing {
		ch.Missing = looked.Error()
	}
	return ch, err
}

// Uninstall takes the server's entry out of the client's configuration. Of o it
// uses Client, File, DryRun and Host. That there is no entry, no
// file or no client is no error: nothing is changed.
func Uninstall(o Options) (Change, error) {
	c, err := findClient(o.Client)
	if err != nil {
		return Change{}, err
	}
	place, err := c.locate(o)
	if errors.Is(err, ErrClientNotFound) {
		return Change{Client: c.Client, Notes: []string{c.Title + " was not found: there is nothing to remove."}}, nil
	}
	if err != nil {
		return Change{}, err
	}
	f, err := readFile(place.file)
	if err != nil {
		return Change{}, err
	}
	body := f.body
	found, err := c.format.decode(f.body)
	if found.exists && err == nil {
		body, err = c.format.remove(f.body)
	}
	if err != nil {
		return Change{}, f.refuse(err)
	}
	if found.exists {
		body = f.undo(c.format, body)
	}
	return c.apply(o, f, f.withBody(body, false), nil)
}

// apply writes after in the place of before, unless they are equal.
func (c client) apply(o Options, before, after file, notes []string) (Change, error) {
	ch := Change{Client: c.Client, File: before.path, Notes: notes}
	if err := checkRest(c.format, before.body, after.body); err != nil {
		return ch, fmt.Errorf("%s was left as it is: %w", before.path, err)
	}
	if bytes.Equal(after.body, before.body) && after.mode == before.mode {
		return ch, nil
	}
	if before.mode&0o200 == 0 {
		return ch, fmt.Errorf("%s is write-protected and was left as it is: make it writable, or change it by hand", before.path)
	}
	ch.Changed, ch.Next = true, c.nextStep
	var err error
	if ch.Diff, err = diff(c.format, before, after, o.APIKey); err != nil {
		return ch, err
	}
	if before.exists && after.mode != before.mode {
		ch.Notes = append(ch.Notes, fmt.Sprintf("%s is made readable by you alone, as it holds the key.", before.path))
	}
	if o.DryRun {
		return ch, nil
	}
	if before.exists {
		if ch.Backup, err = before.backup(c.format, o.Host.Now()); err != nil {
			return ch, fmt.Errorf("nothing was changed, for lack of a backup: %w", err)
		}
	}
	return ch, before.replaceWith(after)
}

// notes says where the server will get its key from, and what is odd about the
// file.
func (c client) notes(o Options, f file, body []byte) []string {
	var notes []string
	own, _ := c.format.decode(body) // apply refuses what cannot be decoded
	switch {
	case o.APIKey != "":
		notes = append(notes, fmt.Sprintf("The key stands in %s: it is worth as much as your account.", f.path))
	case !slices.ContainsFunc(valueTables, func(table string) bool { return bringsKey(own.table(table)) }):
		notes = append(notes, c.keySource)
	}
	if o.URL != nil && isPlain(o.URL) {
		notes = append(notes, fmt.Sprintf("%s is not encrypted: the key can be read on its way there. Use an address with https.", o.URL))
	}
	if c.strictJSON && hasComments(f.body) {
		notes = append(notes, fmt.Sprintf(
			"%s has comments or trailing commas, which %s does not read: it may be ignoring the whole file.", f.path, c.Title))
	}
	return notes
}
