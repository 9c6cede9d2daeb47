package install

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ServerName is the name of the entry. With the prefix that hosts add and the longest
// tool's name, it stays below the 60 characters that Cursor allows.
const ServerName = "ls-insights"

// entry is this server's entry in a client's configuration: a program to start, or an
// address.
type entry struct {
	kind      string // "type", written to a new entry only; "" for none
	command   string
	args      []any
	sandbox   bool   // sandboxFlag follows args
	url       string // "" for a program
	address   addressForm
	values    map[string]any // variables, or the headers of an address
	reference string         // the text that the client replaces with the key, "" for none
	passesKey bool           // the client passes on the key from its environment (Codex)
}

// newEntry returns the entry for o, in the client's form.
func (c client) newEntry(o Options, at location) (entry, error) {
	if err := c.check(o); err != nil {
		return entry{}, err
	}
	if o.URL != nil {
		return c.newAddressEntry(o, at), nil
	}
	e := entry{kind: c.entryType, command: o.Command, values: map[string]any{}, passesKey: c.passesKey}
	for _, arg := range o.Args {
		e.args = append(e.args, arg)
	}
	if o.Sandbox {
		e.sandbox, e.passesKey = true, false
		return e, nil
	}
	for name, value := range o.Env {
		if value != "" {
			e.values[name] = value
		}
	}
	if o.APIKey != "" {
		e.values[keyVariable] = o.APIKey.Reveal()
	}
	if !at.literal {
		e.reference = c.reference
	}
	return e, nil
}

// update returns the entry old, nil if there is none, with the values of e. Other members
// of it stay.
func (e entry) update(old map[string]any) map[string]any {
	updated := map[string]any{}
	if old == nil && e.kind != "" {
		updated["type"] = e.kind
	}
	maps.Copy(updated, old)
	table, key := "env", keyVariable
	if e.url != "" {
		table, key = e.address.headers, keyHeader
		updated[e.address.key] = e.url
	} else {
		updated["command"] = e.command
		if args := e.updateArgs(old); len(args) > 0 {
			updated["args"] = args
		}
	}
	was, _ := old[table].(map[string]any)
	values := map[string]any{}
	maps.Copy(values, was)
	maps.Copy(values, e.values)
	if len(values) > 0 {
		updated[table] = values
	}
	if _, written := e.values[keyHeader]; written { // a header from the environment would replace it
		passed, _ := old[passedHeaders].(map[string]any)
		passed = maps.Clone(passed)
		maps.DeleteFunc(passed, func(name string, _ any) bool { return isKeyHeader(name) })
		if delete(updated, passedHeaders); len(passed) > 0 {
			updated[passedHeaders] = passed
		}
	}
	switch {
	case hasCredential(updated):
	case e.passesKey && e.url != "":
		passed, _ := old[passedHeaders].(map[string]any)
		headers := map[string]any{key: keyVariable}
		maps.Copy(headers, passed)
		updated[passedHeaders] = headers
	case e.passesKey:
		passed, _ := old[passedVariables].([]any)
		updated[passedVariables] = append([]any{keyVariable}, passed...)
	case e.reference != "":
		values[key] = e.reference
		updated[table] = values
	}
	return updated
}

// sandboxFlag makes the server use an embedded sandbox, which needs no account.
const sandboxFlag = "--sandbox"

// usesLangSmith reports whether an existing entry starts a server without sandboxFlag.
func usesLangSmith(old map[string]any) bool {
	args, _ := old["args"].([]any)
	return old["command"] != nil && !slices.Contains(args, any(sandboxFlag))
}

// updateArgs returns the arguments of an entry that has the arguments old: those of e, and
// after them the user's. sandboxFlag stays only if e has it.
func (e entry) updateArgs(old map[string]any) []any {
	args, _ := old["args"].([]any)
	if len(args) < len(e.args) || !slices.Equal(args[:len(e.args)], e.args) {
		args = e.args
	}
	args = slices.Clone(args)
	switch has := slices.Contains(args, any(sandboxFlag)); {
	case e.sandbox && !has:
		return slices.Insert(args, len(e.args), any(sandboxFlag))
	case !e.sandbox && has:
		return slices.DeleteFunc(args, func(arg any) bool { return arg == sandboxFlag })
	}
	return args
}

func (c client) check(o Options) error {
	switch {
	case o.URL != nil:
	case !isAbs(o.Host.GOOS, o.Command):
		return fmt.Errorf("the command %q is not an absolute path: clients start servers in another folder", o.Command)
	case IsTemporary(o.Command):
		return fmt.Errorf("%s is a temporary file that \"go run\" deletes when it ends: build or install the server first, and run that", o.Command)
	}
	texts := map[string]string{"the API key": o.APIKey.Reveal(), "the command line": o.Command + " " + strings.Join(o.Args, " ")}
	if o.URL != nil {
		texts["the address"] = o.URL.String()
	}
	for name, value := range o.Headers {
		texts[name] = value
	}
	for name, value := range o.Env {
		if slices.Contains(credentials, name) {
			return fmt.Errorf("%s is a credential: pass it as the API key", name)
		}
		texts[name] = value
	}
	for what, text := range texts {
		// The text is not part of the error: it may be the key.
		if c.expands != "" && strings.Contains(text, c.expands) {
			return fmt.Errorf("%s contains %q, which %s replaces before the server gets it: set it in the environment instead",
				what, c.expands, c.Title)
		}
	}
	return nil
}

// IsTemporary reports whether a program is one that "go run" has built and deletes when it
// ends. Its folder, or the build cache's, has the name go-build.
func IsTemporary(program string) bool { return strings.Contains(program, "go-build") }

func isAbs(goos, path string) bool {
	if goos != "windows" {
		return strings.HasPrefix(path, "/")
	}
	return strings.HasPrefix(path, `\\`) || len(path) > 2 && (path[1:3] == `:\` || path[1:3] == ":/")
}
