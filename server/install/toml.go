package install

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

var errNotTOML = errors.New("not valid TOML")

// tomlFormat is TOML with a table that holds the servers. No library for it
// edits and keeps comments, so the text is edited at the places that the parser
// names, and the result is parsed again.
type tomlFormat struct {
	servers string
}

func (tomlFormat) language() string    { return "TOML" }
func (f tomlFormat) container() string { return f.servers }

func (tomlFormat) values(src []byte) (map[string]any, error) {
	var all map[string]any
	err := toml.Unmarshal(src, &all)
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, column := decode.Position()
		return nil, fmt.Errorf("line %d, column %d: %w: %s", line, column, errNotTOML, strings.TrimPrefix(decode.Error(), "toml: "))
	}
	return all, err
}

func (f tomlFormat) merge(src []byte, e entry) ([]byte, error) {
	all, err := f.values(src)
	if err != nil {
		return nil, err
	}
	d := newTOMLDoc(src)
	servers, isTable := all[f.servers].(map[string]any)
	if at := d.find([]string{f.servers}); at != nil && (!at.header || !isTable) {
		return nil, d.errorAt(at.path, "%q is not a table of its own: write its servers as [%s.NAME]", f.servers, f.servers)
	}
	if old, ok := servers[e.name]; ok {
		return f.update(d, old, e)
	}
	return d.appendTable([]string{f.servers, e.name}, newTOMLEntry(e)), nil
}

// setting is a line of an entry: a key below it and the value as TOML.
type setting struct {
	key   []string
	value string
	// first puts the value before those of the list that is there.
	first bool
}

func newTOMLEntry(e entry) []setting {
	lines := []setting{{key: []string{"command"}, value: tomlString(e.command)}}
	if len(e.args) > 0 {
		lines = append(lines, setting{key: []string{"args"}, value: tomlList(e.args)})
	}
	if e.refers() {
		lines = append(lines, setting{key: []string{"env_vars"}, value: tomlList([]string{e.reference})})
	}
	if len(e.env) > 0 {
		lines = append(lines, setting{key: []string{"env"}, value: tomlTable(e.env)})
	}
	return lines
}

// update brings the entry old to what e says, and keeps the rest.
func (f tomlFormat) update(d *tomlDoc, old any, e entry) ([]byte, error) {
	path := []string{f.servers, e.name}
	has, ok := old.(map[string]any)
	if !ok {
		return nil, d.errorAt(path, "the entry %q is not a table", e.name)
	}
	for _, name := range transports {
		if has[name] != nil {
			return nil, d.errorAt(append(path, name), "the entry %q connects to an address: uninstall it first, or choose another name", e.name)
		}
	}
	changes := outdated(has, e)
	if len(changes) == 0 {
		return d.src, nil
	}
	if at := d.find(path); at == nil || !at.header {
		return nil, d.errorAt(path, "the entry %q has no table [%s] of its own: uninstall it first", e.name, tomlKey(path))
	}
	for _, c := range changes {
		d = newTOMLDoc(d.set(path, c))
	}
	return d.src, nil
}

// outdated lists what must change in an entry for it to say what e says.
func outdated(has map[string]any, e entry) []setting {
	var changes []setting
	if has["command"] != e.command {
		changes = append(changes, setting{key: []string{"command"}, value: tomlString(e.command)})
	}
	if args := texts(has["args"]); len(args) < len(e.args) || !slices.Equal(args[:len(e.args)], e.args) {
		changes = append(changes, setting{key: []string{"args"}, value: tomlList(e.args)})
	}
	env, _ := has["env"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(e.env)) {
		if env[name] != e.env[name] {
			changes = append(changes, setting{key: []string{"env", name}, value: tomlString(e.env[name])})
		}
	}
	handed := handedOn(has["env_vars"])
	known := slices.ContainsFunc(suppliers(), func(name string) bool {
		return env[name] != nil || slices.Contains(handed, name)
	})
	if e.reference != "" && !known {
		changes = append(changes, setting{key: []string{"env_vars"}, value: tomlList([]string{e.reference}), first: true})
	}
	return changes
}

// texts is the list of strings v, a list with other things in it up to those.
func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			break
		}
		out = append(out, text)
	}
	return out
}

// handedOn is the names in env_vars, which holds names and tables with a name.
func handedOn(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		switch item := item.(type) {
		case string:
			out = append(out, item)
		case map[string]any:
			name, _ := item["name"].(string)
			out = append(out, name)
		}
	}
	return out
}

func (f tomlFormat) remove(src []byte, server string) ([]byte, error) {
	if _, err := f.values(src); err != nil {
		return nil, err
	}
	if !hasEntry(f, src, server) {
		return src, nil
	}
	d, path := newTOMLDoc(src), []string{f.servers, server}
	out := d.cut(path)
	if hasEntry(f, out, server) {
		return nil, d.errorAt(path, "the entry %q is part of an inline table: take it out by hand", server)
	}
	return out, nil
}

func (f tomlFormat) scrub(src []byte, server string) []byte {
	return newTOMLDoc(src).show([]string{f.servers, server}, func(string) string { return redacted }, false)
}

func (f tomlFormat) elide(src []byte, server string, key Secret) []byte {
	credential := func(value string) string { return showSecret(value, key) }
	return newTOMLDoc(src).show([]string{f.servers, server}, credential, true)
}
