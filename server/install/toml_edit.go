package install

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// appendTable puts a table at the end, which no header above can change the
// meaning of, with a blank line before it.
func (d *tomlDoc) appendTable(path []string, lines []setting) []byte {
	var out strings.Builder
	out.Write(d.src)
	if len(d.src) > 0 {
		if !bytes.HasSuffix(d.src, []byte("\n")) {
			out.WriteString(d.newline)
		}
		out.WriteString(d.newline)
	}
	out.WriteString("[" + tomlKey(path) + "]" + d.newline)
	for _, l := range lines {
		out.WriteString(tomlKey(l.key) + " = " + l.value + d.newline)
	}
	return []byte(out.String())
}

// set changes one setting of the table at path, or adds it where its like are.
func (d *tomlDoc) set(path []string, s setting) []byte {
	full := slices.Concat(path, s.key)
	if at := d.find(full); at != nil {
		if s.first && d.src[at.value] == '[' {
			first := strings.TrimSuffix(strings.TrimPrefix(s.value, "["), "]")
			switch rest := bytes.TrimLeft(d.src[at.value+1:], " \t"); rest[0] {
			case ']':
			case '\r', '\n':
				first += ","
			default:
				first += ", "
			}
			return d.splice(at.value+1, at.value+1, first)
		}
		return d.splice(at.value, at.end, s.value)
	}
	parent, key := full[:len(full)-1], full[len(full)-1:]
	line := tomlKey(key) + " = " + s.value
	switch at := d.find(parent); {
	case at != nil && at.header:
		return d.insert(parent, line)
	case at != nil && at.table && at.last > 0:
		return d.splice(at.last, at.last, ", "+line)
	case at != nil && at.table:
		return d.splice(at.value, at.end, "{ "+line+" }")
	}
	// The parent is there by dotted keys, or not at all: either way one more
	// dotted key is right.
	return d.insert(path, tomlKey(s.key)+" = "+s.value)
}

// insert puts a line behind the last key of the table at path.
func (d *tomlDoc) insert(path []string, line string) []byte {
	head := slices.IndexFunc(d.items, func(i tomlItem) bool { return i.header && slices.Equal(i.path, path) })
	end := d.items[head].end
	for _, i := range d.items {
		if i.under == head {
			end = max(end, i.end)
		}
	}
	at := d.lineEnd(end)
	if !bytes.HasSuffix(d.src[:at], []byte("\n")) {
		line = d.newline + line
	}
	return d.splice(at, at, line+d.newline)
}

// cut takes out everything below path, and the blank line that appendTable put
// before it. Comments behind the last key of a table may be the next one's and
// stay.
func (d *tomlDoc) cut(path []string) []byte {
	var out []byte
	done := 0
	for i, item := range d.items {
		if item.inline || !hasPrefix(item.path, path) {
			continue
		}
		from, to := d.lineStart(item.start), d.lineEnd(item.end)
		if item.header {
			from = d.skipBlank(from)
			for _, below := range d.items {
				if below.under == i {
					to = max(to, d.lineEnd(below.end))
				}
			}
		}
		if from > done {
			out = append(out, d.src[done:from]...)
		}
		done = max(done, to)
	}
	return append(out, d.src[done:]...)
}

// skipBlank moves from before a blank line above, if there is one.
func (d *tomlDoc) skipBlank(from int) int {
	if from == 0 {
		return from
	}
	above := d.lineStart(from - 1)
	if len(bytes.TrimSpace(d.src[above:from])) > 0 {
		return from
	}
	return above
}

// bareKey reports whether TOML takes a key without quotes.
func bareKey(key string) bool { return key != "" && strings.Trim(key, "_-"+alphanumeric) == "" }

func tomlKey(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		if parts[i] = p; !bareKey(p) {
			parts[i] = tomlString(p)
		}
	}
	return strings.Join(parts, ".")
}

// tomlString writes s as Codex does: a Windows path literally, all else as a
// basic string, whose escapes JSON shares.
func tomlString(s string) string {
	if strings.Contains(s, `\`) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\'' || r == 0x7f }) {
		return "'" + s + "'"
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err) // strings always encode
	}
	return strings.ReplaceAll(strings.TrimSpace(out.String()), "\x7f", `\u007f`)
}

func tomlList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = tomlString(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func tomlTable(values map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, tomlKey([]string{name})+" = "+tomlString(values[name]))
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}
