package install

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlFormat is TOML with a table of servers, each a table of its own. go-toml cannot edit
// a text, but its parser finds the entry's tables, which are then replaced as a whole.
type tomlFormat struct{ servers string }

func (f tomlFormat) decode(src []byte) (contents, error) {
	var all map[string]any
	err := toml.Unmarshal(src, &all)
	var invalid *toml.DecodeError
	if errors.As(err, &invalid) {
		line, column := invalid.Position()
		err = fmt.Errorf("line %d, column %d: not valid TOML: %s", line, column, strings.TrimPrefix(invalid.Error(), "toml: "))
	}
	return split(all, f.servers), err
}

// put appends a new table at the end, so that it is not inserted into another table.
func (f tomlFormat) put(src []byte, old, entry map[string]any) ([]byte, error) {
	if reflect.DeepEqual(old, entry) {
		return src, nil
	}
	table, err := toml.Marshal(map[string]any{f.servers: map[string]any{ServerName: entry}})
	if err != nil {
		return nil, err
	}
	text := strings.TrimPrefix(string(table), "["+f.servers+"]\n")
	text = strings.ReplaceAll(text, "\n", newline(src))
	spans := f.spans(src)
	switch {
	case old == nil:
		if len(src) > 0 {
			text = newline(src) + text
		}
		if len(src) > 0 && !bytes.HasSuffix(src, []byte("\n")) {
			text = newline(src) + text
		}
		src = slices.Concat(src, []byte(text))
		if _, err := f.decode(src); err != nil {
			return nil, fmt.Errorf("%q is not a table of its own: write its servers as [%s.NAME]", f.servers, f.servers)
		}
		return src, nil
	case len(spans) == 0 || !bytes.HasPrefix(bytes.TrimLeft(src[spans[0].start:], whitespace), []byte("[")):
		return nil, errorInEntry(f, src, "is not a table of its own")
	}
	for _, s := range slices.Backward(spans[1:]) {
		src = splice(src, s, "")
	}
	return splice(src, spans[0], text), nil
}

// spans returns the lines of the entry: each of its tables up to the last key, and single
// keys elsewhere. Comments after the last key may belong to the next table. src is valid.
func (f tomlFormat) spans(src []byte) []span {
	entry := []string{f.servers, ServerName}
	var spans []span
	var table []string
	inside := false
	var parser unstable.Parser
	parser.Reset(src)
	for parser.NextExpression() {
		n := parser.Expression()
		path, s := keyOf(n)
		isKey := n.Kind == unstable.KeyValue
		if isKey {
			path, s.end = slices.Concat(table, path), int(n.Raw.Offset+n.Raw.Length)
		} else {
			table = path
		}
		own := len(path) >= len(entry) && slices.Equal(path[:len(entry)], entry)
		s = span{lineStart(src, s.start), lineEnd(src, s.end)}
		last := len(spans) - 1
		switch {
		case own && last >= 0 && (isKey && inside || len(bytes.TrimSpace(src[spans[last].end:s.start])) == 0):
			spans[last].end = s.end
		case own:
			spans = append(spans, s)
		}
		inside = own && (inside || !isKey)
	}
	return spans
}

// keyOf returns the dotted key of n and its position.
func keyOf(n *unstable.Node) (path []string, s span) {
	for it := n.Key(); it.Next(); {
		key := it.Node()
		if key.Kind != unstable.Key {
			continue
		}
		if path == nil {
			s.start = int(key.Raw.Offset)
		}
		path, s.end = append(path, string(key.Data)), int(key.Raw.Offset+key.Raw.Length)
	}
	return path, s
}

func (f tomlFormat) remove(src []byte) ([]byte, error) {
	out := src
	for _, s := range slices.Backward(f.spans(src)) {
		if above := lineStart(src, max(0, s.start-1)); len(bytes.TrimSpace(src[above:s.start])) == 0 {
			s.start = above // the blank line that put added
		}
		out = splice(out, s, "")
	}
	c, err := f.decode(out)
	if err == nil && c.exists {
		err = fmt.Errorf("the entry %q is part of an inline table: remove it by hand", ServerName)
	}
	return out, err
}
