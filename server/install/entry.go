package install

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// keyVariable is the variable that the server reads its key from.
const keyVariable = "LANGSMITH_API_KEY"

// credentials are the variables that hold a credential of LangSmith's.
var credentials = []string{keyVariable, "LANGCHAIN_API_KEY", "LANGSMITH_BEARER_TOKEN", "LANGCHAIN_BEARER_TOKEN"}

// suppliers are the variables of which one in an entry means that the server
// gets its credential already.
func suppliers() []string { return append([]string{"LANGSMITH_API_KEY_FILE"}, credentials...) }

// stateVariable may hold the URL of a Redis, with its password in it.
const stateVariable = "LANGSMITH_INSIGHTS_MCP_STATE"

// conceal is what stands for a variable's value where no secret may: for a
// credential what replace returns.
func conceal(variable, value string, replace func(string) string) string {
	switch {
	case slices.Contains(credentials, variable):
		return replace(value)
	case variable == stateVariable:
		return withoutPassword(value)
	}
	return value
}

func withoutPassword(where string) string {
	if !strings.Contains(where, "://") {
		return where // a folder
	}
	address, err := url.Parse(where)
	if err != nil {
		return redacted
	}
	if _, has := address.User.Password(); has {
		return address.Redacted()
	}
	return where
}

// entry is what a client is to know of this server.
type entry struct {
	name      string
	kind      string // "type", written to a new entry only; "" for none
	command   string
	args      []string
	env       map[string]string // values as they are
	reference string            // how the key is referred to, "" for not at all
}

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// goodServerName is what every client takes: Gemini CLI reads a tool's name up
// to the first underscore as the server's.
func goodServerName(name string) bool {
	return name != "" && len(name) <= 64 && name[0] != '-' && strings.Trim(name, "-"+alphanumeric) == ""
}

// entry makes what o asks for out of what c knows.
func (c client) entry(o Options) (entry, error) {
	if err := c.check(o); err != nil {
		return entry{}, err
	}
	e := entry{
		name:      o.ServerName,
		kind:      c.entryType,
		command:   o.Command,
		args:      o.Args,
		env:       map[string]string{},
		reference: strings.ReplaceAll(c.reference, "NAME", keyVariable),
	}
	for name, value := range o.Env {
		if value != "" {
			e.env[name] = value
		}
	}
	if c.prompts {
		e.reference = promptReference(o.ServerName)
	}
	if o.APIKey != "" {
		e.env[keyVariable] = string(o.APIKey)
		e.reference = ""
	}
	return e, nil
}

// refers reports whether a new entry is to have the reference: not if the
// variables that are written supply a credential.
func (e entry) refers() bool {
	return e.reference != "" && !slices.ContainsFunc(suppliers(), func(name string) bool { return e.env[name] != "" })
}

// promptID names the prompt after the server, so that it is nobody else's.
func promptID(server string) string { return server + "-api-key" }

func promptReference(server string) string { return "${input:" + promptID(server) + "}" }

func (c client) check(o Options) error {
	switch {
	case !isAbs(o.Host.GOOS, o.Command):
		return fmt.Errorf("the command %q is not an absolute path: clients start servers in a folder of their own", o.Command)
	case strings.Contains(o.Command, "go-build"):
		return fmt.Errorf("%s is a temporary file of \"go run\", gone after it ends: build or install the server first, and run this from there", o.Command)
	}
	for name, value := range o.Env {
		if slices.Contains(credentials, name) {
			return fmt.Errorf("%s is a credential: it is written as the API key or not at all", name)
		}
		if err := c.arrives(name, value); err != nil {
			return err
		}
	}
	if err := c.arrives("the API key", string(o.APIKey)); err != nil {
		return err
	}
	for _, text := range append([]string{o.Command}, o.Args...) {
		if err := c.arrives("the command line", text); err != nil {
			return err
		}
	}
	return nil
}

// arrives refuses a value in which the client would replace something. The
// value is not part of the error: it may be the key.
func (c client) arrives(what, value string) error {
	if c.expands == "" || !strings.Contains(value, c.expands) {
		return nil
	}
	return fmt.Errorf("%s has %q in it, which %s replaces before the server sees it: set it in the environment instead",
		what, c.expands, c.Title)
}

func isAbs(goos, path string) bool {
	if goos != "windows" {
		return strings.HasPrefix(path, "/")
	}
	drive := len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/')
	return drive || strings.HasPrefix(path, `\\`)
}
