package install

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"langsmith-insights-mcp/langsmith"
)

// format edits a configuration file of one language. It leaves every byte alone
// that it need not change.
type format interface {
	decode(src []byte) (contents, error)
	// put brings the entry from old, nil if it is not there, to entry.
	put(src []byte, old, entry map[string]any) ([]byte, error)
	// remove takes out the entry, which is there, and the prompt that only it used.
	remove(src []byte) ([]byte, error)
	// spans tells where the entry and its prompt stand. src is valid.
	spans(src []byte) []span
}

// contents is a decoded file.
type contents struct {
	exists bool
	entry  any
	// rest is the file without the entry and its prompt, and without containers
	// that are empty.
	rest map[string]any
}

// split parts a decoded file, whose servers are in a container.
func split(all map[string]any, container string) contents {
	c := contents{rest: all}
	if servers, ok := all[container].(map[string]any); ok {
		c.entry, c.exists = servers[ServerName]
		if delete(servers, ServerName); len(servers) == 0 {
			delete(all, container)
		}
	}
	if inputs, ok := all[inputsKey].([]any); ok {
		inputs = slices.DeleteFunc(inputs, func(input any) bool {
			table, _ := input.(map[string]any)
			return table["id"] == promptID
		})
		if all[inputsKey] = inputs; len(inputs) == 0 {
			delete(all, inputsKey)
		}
	}
	return c
}

// table is one of the entry's tables, nil where there is none.
func (c contents) table(name string) map[string]any {
	entry, _ := c.entry.(map[string]any)
	table, _ := entry[name].(map[string]any)
	return table
}

// merge adds e to the file, or brings the entry that is there up to date.
func merge(f format, src []byte, e entry) ([]byte, error) {
	c, err := f.decode(src)
	if err != nil {
		return nil, err
	}
	old, isTable := c.entry.(map[string]any)
	if c.exists && !isTable {
		return nil, errorInEntry(f, src, "is not an object")
	}
	if e.url != "" && old["command"] != nil {
		return nil, errorInEntry(f, src, "starts a program")
	}
	for _, key := range addressKeys {
		if old[key] != nil && key != e.address.key {
			return nil, errorInEntry(f, src, "connects to an address")
		}
	}
	return f.put(src, old, e.update(old))
}

// errorInEntry names the line of the entry, or the first where it is part of an
// inline table.
func errorInEntry(f format, src []byte, problem string) error {
	start := 0
	if spans := f.spans(src); len(spans) > 0 {
		start = spans[0].start
	}
	return errorAt(src, start, "the entry %q %s: uninstall it first", ServerName, problem)
}

// checkRest is the last check before anything is written: apart from the entry and
// its prompt, both texts must say the same.
func checkRest(f format, before, after []byte) error {
	was, err := f.decode(before)
	if err != nil {
		return err
	}
	is, err := f.decode(after)
	if err != nil {
		return fmt.Errorf("the result would not be valid: %w", err)
	}
	// fmt sorts maps and, unlike reflect.DeepEqual, takes NaN for equal to NaN.
	if fmt.Sprintf("%#v", was.rest) != fmt.Sprintf("%#v", is.rest) {
		return errors.New("the edit would change more than the entry")
	}
	return nil
}

// diff shows what changes in the entry and its prompt, and nothing else of the
// file. A key that the given one replaces is told apart from it.
func diff(f format, before, after file, key langsmith.Secret) (string, error) {
	from := before.path
	if !before.exists {
		from = "/dev/null"
	}
	var texts [2]string
	for i, body := range [][]byte{before.body, after.body} {
		src, err := redact(f, body, func(name, value string) string {
			if (name == keyVariable || name == keyHeader) && key != "" && value != key.Reveal() {
				return "[redacted, replaced]"
			}
			return redacted
		})
		if err != nil {
			return "", err
		}
		for _, s := range f.spans(src) {
			texts[i] += indentation(src, s.start) + strings.TrimRight(string(src[s.start:s.end]), whitespace) + "\n"
		}
		texts[i] = keyPattern.ReplaceAllLiteralString(texts[i], redacted)
	}
	return udiff.Unified(from, after.path, texts[0], texts[1]), nil
}

// redact puts a replacement for each credential of the entry.
func redact(f format, src []byte, replacement func(name, value string) string) ([]byte, error) {
	c, err := f.decode(src)
	if err != nil {
		return nil, err
	}
	type secret struct{ table, name, value string }
	var hidden []secret
	var pairs []string
	for _, table := range valueTables {
		for _, name := range secrets(c.table(table)) {
			value := c.table(table)[name].(string)
			hidden = append(hidden, secret{table, name, value})
			shown := strconv.Quote(replacement(name, value))
			pairs = append(pairs, strconv.Quote(value), shown, "'"+value+"'", shown)
		}
	}
	for _, s := range slices.Backward(f.spans(src)) {
		src = splice(src, s, strings.NewReplacer(pairs...).Replace(string(src[s.start:s.end])))
	}
	if c, err = f.decode(src); err != nil {
		return nil, err
	}
	for _, was := range hidden {
		if c.table(was.table)[was.name] == was.value {
			return nil, fmt.Errorf("%s is written with escapes, and so cannot be concealed: write it plainly", was.name)
		}
	}
	return src, nil
}
