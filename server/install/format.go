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

// format edits configuration files of one language. It changes no byte that it need not
// change.
type format interface {
	decode(src []byte) (contents, error)
	// put replaces the entry old, nil if there is none, with entry.
	put(src []byte, old, entry map[string]any) ([]byte, error)
	// remove removes the entry, which exists, and the prompt that only it used.
	remove(src []byte) ([]byte, error)
	// spans returns the positions of the entry and its prompt. src is valid.
	spans(src []byte) []span
}

// contents is a decoded file.
type contents struct {
	exists bool
	entry  any
	// rest is the file without the entry, its prompt and empty containers.
	rest map[string]any
}

// split separates the entry from the rest of a decoded file, whose servers are in container.
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

// table returns one of the entry's tables, nil if it has none of that name.
func (c contents) table(name string) map[string]any {
	entry, _ := c.entry.(map[string]any)
	table, _ := entry[name].(map[string]any)
	return table
}

// merge adds e to the file, or updates the existing entry.
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
	if e.sandbox && usesLangSmith(old) {
		return nil, errorInEntry(f, src, "is for your own traces")
	}
	for _, key := range addressKeys {
		if old[key] != nil && key != e.address.key {
			return nil, errorInEntry(f, src, "connects to an address")
		}
	}
	return f.put(src, old, e.update(old))
}

// errOtherEntry ends the error for an entry of another kind.
var errOtherEntry = errors.New("uninstall it first")

// errorInEntry returns an error with the line of the entry, or the first line if the entry
// is part of an inline table.
func errorInEntry(f format, src []byte, problem string) error {
	start := 0
	if spans := f.spans(src); len(spans) > 0 {
		start = spans[0].start
	}
	return errorAt(src, start, "the entry %q %s: %w", ServerName, problem, errOtherEntry)
}

// checkRest is the last check before the file is written: except for the entry and its
// prompt, both texts must have the same values.
func checkRest(f format, before, after []byte) error {
	old, err := f.decode(before)
	if err != nil {
		return err
	}
	edited, err := f.decode(after)
	if err != nil {
		return fmt.Errorf("the result would not be valid: %w", err)
	}
	// fmt sorts maps, and prints NaN as NaN, which reflect.DeepEqual takes for different.
	if fmt.Sprintf("%#v", old.rest) != fmt.Sprintf("%#v", edited.rest) {
		return errors.New("the edit would change more than the entry")
	}
	return nil
}

// diff returns the change of the entry and its prompt, without the rest of the file. A key
// that is replaced is marked, since both keys are redacted.
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

// redact replaces each credential of the entry.
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
			return nil, fmt.Errorf("%s is written with escapes, so it cannot be redacted: write it without them", was.name)
		}
	}
	return src, nil
}
