package install

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// format edits a configuration file of one shape. Its methods leave the bytes
// alone that they need not change; errors name the line.
type format interface {
	// language is what the file is written in, for messages.
	language() string
	// merge adds e, or brings the entry of its name up to date.
	merge(src []byte, e entry) ([]byte, error)
	// remove takes out the entry of that name and the prompt that only it used.
	remove(src []byte, server string) ([]byte, error)
	// values decodes the file.
	values(src []byte) (map[string]any, error)
	// scrub takes the credentials out of the entry of that name.
	scrub(src []byte, server string) []byte
	// elide makes the file fit to be shown: see [Change].Diff. The key marked
	// as new is told apart from another that it replaces.
	elide(src []byte, server string, key Secret) []byte
	// container is the name of the table that holds the servers.
	container() string
}

func entryOf(f format, src []byte, server string) (map[string]any, bool) {
	all, err := f.values(src)
	if err != nil {
		return nil, false
	}
	servers, _ := all[f.container()].(map[string]any)
	e, ok := servers[server]
	table, _ := e.(map[string]any)
	return table, ok
}

func hasEntry(f format, src []byte, server string) bool {
	_, ok := entryOf(f, src, server)
	return ok
}

// supplied reports whether the entry brings a credential of its own, or says
// where one is, other than by the reference that install writes.
func supplied(f format, src []byte, server string) bool {
	e, _ := entryOf(f, src, server)
	env, _ := e["env"].(map[string]any)
	for _, name := range suppliers() {
		if value, ok := env[name].(string); ok && value != "" && !isReference(value) {
			return true
		}
	}
	return false
}

// isReference tells a value that a client replaces from one that is a secret.
func isReference(value string) bool { return strings.HasPrefix(value, "$") }

// unharmed is the last check before anything is written: apart from the entry,
// its prompt and empty containers, both texts must say the same.
func unharmed(f format, before, after []byte, server string) error {
	was, err := others(f, before, server)
	if err != nil {
		return err
	}
	is, err := others(f, after, server)
	if err != nil {
		return fmt.Errorf("the result would not be valid %s: %w", f.language(), err)
	}
	if was != is {
		return errors.New("the edit would change more than the entry")
	}
	return nil
}

func others(f format, src []byte, server string) (string, error) {
	all, err := f.values(src)
	if err != nil {
		return "", err
	}
	if servers, ok := all[f.container()].(map[string]any); ok {
		if delete(servers, server); len(servers) == 0 {
			delete(all, f.container())
		}
	}
	if inputs, ok := all[inputsKey].([]any); ok {
		rest := make([]any, 0, len(inputs))
		for _, in := range inputs {
			if table, _ := in.(map[string]any); table["id"] != promptID(server) {
				rest = append(rest, in)
			}
		}
		if all[inputsKey] = rest; len(rest) == 0 {
			delete(all, inputsKey)
		}
	}
	// fmt sorts maps and, unlike reflect.DeepEqual, takes NaN for equal to NaN.
	return fmt.Sprintf("%#v", all), nil
}

// diff shows what changes from f to after.
func diff(format format, o Options, f, after file) string {
	from := f.path
	if !f.there {
		from = "/dev/null"
	}
	return udiff.Unified(from, after.path,
		string(format.elide(f.body, o.ServerName, o.APIKey)),
		string(format.elide(after.body, o.ServerName, o.APIKey)))
}

// showSecret is what stands for a credential in a diff.
func showSecret(value string, key Secret) string {
	if key == "" || value == string(key) {
		return redacted
	}
	return "[redacted, replaced]"
}

// ellipsis stands for a text that is nobody's business in a diff.
const ellipsis = "…"
