package install

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"langsmith-insights-mcp/langsmith"
)

// Options configure [Install] and [Uninstall].
type Options struct {
	// Client is the name of one of [Clients].
	Client string
	// File is the configuration file to use instead of the client's usual one: that of a
	// second edition, a profile or a project. Its folder must exist.
	File string
	// Command is the absolute path of the server, and Args its arguments. An existing
	// entry whose arguments start with Args keeps the arguments after them, except for
	// --sandbox.
	Command string
	Args    []string
	// Sandbox makes Command work without an account: --sandbox follows Args, and the entry
	// neither has a key nor refers to one. Env is empty.
	Sandbox bool
	// Env is written unchanged: endpoint, workspace, project. No credentials.
	Env map[string]string
	// URL is the address of a server over HTTP, instead of Command, Args and Env.
	URL *url.URL
	// Headers are sent to URL with the key. No credentials.
	Headers map[string]string
	// APIKey is written to the file if it is not empty.
	APIKey langsmith.Secret
	// DryRun reports the change without making it.
	DryRun bool
	Host   Host
}

// uninstallCommand returns the command that removes the entry.
func (o Options) uninstallCommand() string {
	command := "langsmith-insights-mcp uninstall --client " + o.Client
	if o.File != "" {
		command += ` --file "` + o.File + `"`
	}
	return command
}

// Change describes the change that was made, or with [Options].DryRun would be.
type Change struct {
	Client  Client
	File    string // the configuration file
	Changed bool   // false if the file is already up to date
	Missing string // why the client seems not to be installed; only in a dry run
	Backup  string // the copy of the previous file, "" for none
	// Diff is the change of the entry and its prompt as a unified diff. It contains
	// nothing else of the file and no credential, so it can be shown.
	Diff  string
	Notes []string // sentences about the key and the file
	Next  string   // how to make the client read the change, "" when unchanged
}

// Install adds the server to the client's configuration, or updates its entry.
func Install(o Options) (Change, error) {
	c, err := findClient(o.Client)
	if err != nil {
		return Change{}, err
	}
	if o.URL != nil && c.address == nil {
		return Change{}, fmt.Errorf("the configuration file of %s cannot have an address: %s", c.Title, c.noAddress)
	}
	place, err := c.locate(o)
	missing := errors.Is(err, errClientNotFound) && o.DryRun
	if err != nil && !missing {
		return Change{}, err
	}
	locateErr := err
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
		return Change{}, f.refuse(o, err)
	}
	ch, err := c.apply(o, f, f.withBody(body, o.APIKey != ""), c.notes(o, f, body))
	if missing {
		ch.Missing = locateErr.Error()
	}
	return ch, err
}

// Uninstall removes the server's entry from the client's configuration. It uses Client,
// File, DryRun and Host of o. A missing entry, file or client is not an error: nothing is
// changed.
func Uninstall(o Options) (Change, error) {
	c, err := findClient(o.Client)
	if err != nil {
		return Change{}, err
	}
	place, err := c.locate(o)
	if errors.Is(err, errClientNotFound) {
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
		return Change{}, f.refuse(o, err)
	}
	if found.exists {
		body = f.undo(c.format, body)
	}
	return c.apply(o, f, f.withBody(body, false), nil)
}

// apply replaces before with after, unless they are equal.
func (c client) apply(o Options, before, after file, notes []string) (Change, error) {
	ch := Change{Client: c.Client, File: before.path, Notes: notes}
	if err := checkRest(c.format, before.body, after.body); err != nil {
		return ch, fmt.Errorf("%s was not changed: %w", before.path, err)
	}
	if bytes.Equal(after.body, before.body) && after.mode == before.mode {
		return ch, nil
	}
	if before.mode&0o200 == 0 {
		return ch, fmt.Errorf("%s is write-protected and was not changed: make it writable, or change it by hand", before.path)
	}
	ch.Changed, ch.Next = true, c.nextStep
	var err error
	if ch.Diff, err = diff(c.format, before, after, o.APIKey); err != nil {
		return ch, err
	}
	if before.exists && after.mode != before.mode {
		ch.Notes = append(ch.Notes, fmt.Sprintf("%s is made readable only by you, because it has the key.", before.path))
	}
	if o.DryRun {
		return ch, nil
	}
	if before.exists {
		if ch.Backup, err = before.backup(c.format, o.Host.Now()); err != nil {
			return ch, fmt.Errorf("nothing was changed, because the backup failed: %w", err)
		}
	}
	return ch, before.replaceWith(after)
}

// notes says how the server will get its key, and what is wrong with the file.
func (c client) notes(o Options, f file, body []byte) []string {
	var notes []string
	decoded, _ := c.format.decode(body) // apply refuses a body that cannot be decoded
	switch {
	case o.Sandbox:
		notes = append(notes, "The server works on sample traces, without an account. For your own traces run the same command without --sandbox.")
	case o.APIKey != "":
		notes = append(notes, fmt.Sprintf("The key is stored in %s: whoever reads it can use your account.", f.path))
	case !slices.ContainsFunc(valueTables, func(table string) bool { return hasOwnKey(decoded.table(table)) }):
		notes = append(notes, c.keySource)
	}
	if o.URL != nil && isUnencrypted(o.URL) {
		notes = append(notes, fmt.Sprintf("%s is not encrypted: the key can be read on its way there. Use an address with https.", o.URL))
	}
	if c.strictJSON && hasComments(f.body) {
		notes = append(notes, fmt.Sprintf(
			"%s has comments or trailing commas, which %s does not accept: it may ignore the whole file.", f.path, c.Title))
	}
	return notes
}
