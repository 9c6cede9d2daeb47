package install

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlDoc is a valid TOML text and where things stand in it.
type tomlDoc struct {
	src     []byte
	newline string
	items   []tomlItem
}

// tomlItem is a table's header or a key with its value. Inline tables are items
// and so are the keys in them.
type tomlItem struct {
	path       []string // from the root
	header     bool
	inline     bool // a key in an inline table
	table      bool // a key whose value is an inline table
	under      int  // the item that is the header above, -1 at the top
	start, end int  // key and value, without what else is on the line
	value      int  // where the value starts
	last       int  // the end of the last key of an inline table, 0 if it is empty
}

func newTOMLDoc(src []byte) *tomlDoc {
	d := &tomlDoc{src: src, newline: newlineOf(src)}
	var p unstable.Parser
	p.Reset(src)
	header := -1
	var above []string
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.KeyValue {
			d.keyValue(e, above, header, false)
			continue
		}
		keys, from, to := keysOf(e)
		above, header = keys, len(d.items)
		d.items = append(d.items, tomlItem{path: keys, header: true, under: header, start: from, end: to})
	}
	return d
}

func (d *tomlDoc) keyValue(e *unstable.Node, above []string, header int, inline bool) {
	keys, _, to := keysOf(e)
	item := tomlItem{
		path: slices.Concat(above, keys), inline: inline, under: header,
		table: e.Value().Kind == unstable.InlineTable,
		start: int(e.Raw.Offset), end: int(e.Raw.Offset + e.Raw.Length),
	}
	item.value = to + bytes.IndexByte(d.src[to:], '=') + 1
	item.value += len(d.src[item.value:]) - len(bytes.TrimLeft(d.src[item.value:], " \t"))
	at := len(d.items)
	d.items = append(d.items, item)
	if !item.table {
		return
	}
	for children := e.Value().Children(); children.Next(); {
		if child := children.Node(); child.Kind == unstable.KeyValue {
			d.keyValue(child, item.path, header, true)
			d.items[at].last = int(child.Raw.Offset + child.Raw.Length)
		}
	}
}

// keysOf is the dotted key of e and the offsets of its first and last byte.
func keysOf(e *unstable.Node) (keys []string, from, to int) {
	from = -1
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if n.Kind != unstable.Key {
			continue
		}
		keys = append(keys, string(n.Data))
		if from < 0 {
			from = int(n.Raw.Offset)
		}
		to = int(n.Raw.Offset + n.Raw.Length)
	}
	return keys, from, to
}

func (d *tomlDoc) find(path []string) *tomlItem {
	for i := range d.items {
		if slices.Equal(d.items[i].path, path) {
			return &d.items[i]
		}
	}
	return nil
}

// errorAt is an error that names the line of the first thing at or below path.
func (d *tomlDoc) errorAt(path []string, text string, args ...any) error {
	line := 1
	for _, item := range d.items {
		if hasPrefix(item.path, path) {
			line += bytes.Count(d.src[:item.start], []byte("\n"))
			break
		}
	}
	return fmt.Errorf("line %d: %s", line, fmt.Sprintf(text, args...))
}

// lineStart and lineEnd are the ends of the line around an offset, the newline
// included.
func (d *tomlDoc) lineStart(offset int) int {
	return bytes.LastIndexByte(d.src[:offset], '\n') + 1
}

func (d *tomlDoc) lineEnd(offset int) int {
	if i := bytes.IndexByte(d.src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(d.src)
}

func (d *tomlDoc) splice(from, to int, text string) []byte {
	return slices.Concat(d.src[:from], []byte(text), d.src[to:])
}

func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}
