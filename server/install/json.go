package install

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonFormat is JSON with a member that holds the servers. Comments and trailing
// commas are kept where a file has them.
type jsonFormat struct {
	servers string
}

func (jsonFormat) language() string    { return "JSON" }
func (f jsonFormat) container() string { return f.servers }

func (f jsonFormat) merge(src []byte, e entry) ([]byte, error) {
	d, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	servers, err := d.child(d.top(), f.servers)
	if err != nil {
		return nil, err
	}
	there, err := d.find(servers, e.name)
	switch {
	case err != nil:
		return nil, err
	case there == nil:
		d.add(servers, e.name, newJSONEntry(e))
	default:
		if err := d.update(servers, e); err != nil {
			return nil, err
		}
	}
	if err := d.syncPrompt(e.name); err != nil {
		return nil, err
	}
	return d.bytes(), nil
}

func (f jsonFormat) remove(src []byte, server string) ([]byte, error) {
	d, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	if at, err := d.find(d.top(), f.servers); at == nil || err != nil {
		return src, err
	}
	servers, err := d.child(d.top(), f.servers)
	if err != nil {
		return nil, err
	}
	i, err := d.index(servers, server)
	if i < 0 || err != nil {
		return src, err
	}
	d.cut(members(servers.Object), i)
	servers.Members = slices.Delete(servers.Members, i, i+1)
	if err := d.syncPrompt(server); err != nil {
		return nil, err
	}
	return d.bytes(), nil
}

func (jsonFormat) values(src []byte) (map[string]any, error) {
	d, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	d.root.Standardize()
	decoder := json.NewDecoder(strings.NewReader(d.root.String()))
	decoder.UseNumber() // a number of another entry is compared as it is written
	var all map[string]any
	return all, decoder.Decode(&all)
}

// jsonEntry gives a new entry its members in the order that the clients'
// documentation has.
type jsonEntry struct {
	Type    string            `json:"type,omitempty"`
	Command string            `json:"command"`
	Args    []string          `json:"args,omitempty"`
	Env     map[string]string `json:"env,omitempty"`
}

func newJSONEntry(e entry) jsonEntry {
	env := map[string]string{}
	maps.Copy(env, e.env)
	if e.refers() {
		env[keyVariable] = e.reference
	}
	return jsonEntry{Type: e.kind, Command: e.command, Args: e.args, Env: env}
}

// transports are the members of an entry that names an address in place of a
// program.
var transports = []string{"url", "serverUrl", "httpUrl"}

// update brings the entry that servers has to what e says, and keeps the rest.
func (d *jsonDoc) update(servers jsonObject, e entry) error {
	obj, err := d.child(servers, e.name)
	if err != nil {
		return err
	}
	for _, name := range transports {
		at, err := d.find(obj, name)
		if err != nil {
			return err
		}
		if at != nil {
			return d.errorAt(at, "the entry %q connects to an address: uninstall it first, or choose another name", e.name)
		}
	}
	if err := d.set(obj, "command", e.command); err != nil {
		return err
	}
	args, err := d.find(obj, "args")
	if err != nil {
		return err
	}
	if !startsWith(args, e.args) {
		if err := d.set(obj, "args", e.args); err != nil {
			return err
		}
	}
	return d.updateEnv(obj, e)
}

func (d *jsonDoc) updateEnv(obj jsonObject, e entry) error {
	// VS Code and Cursor can take a server's environment from a file, and the
	// key is one thing people keep there.
	envFile, err := d.find(obj, "envFile")
	if err != nil {
		return err
	}
	refer := e.reference != "" && envFile == nil
	if len(e.env) == 0 && !refer {
		return nil
	}
	env, err := d.child(obj, "env")
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(e.env)) {
		if err := d.set(env, name, e.env[name]); err != nil {
			return err
		}
	}
	supplies := func(m hujson.ObjectMember) bool { return slices.Contains(suppliers(), memberName(m)) }
	if refer && !slices.ContainsFunc(env.Members, supplies) {
		d.add(env, keyVariable, e.reference)
	}
	return nil
}

// startsWith reports whether v is a list that begins with want. Anything begins
// with nothing.
func startsWith(v *hujson.Value, want []string) bool {
	if v == nil || len(want) == 0 {
		return len(want) == 0
	}
	arr, ok := v.Value.(*hujson.Array)
	if !ok || len(arr.Elements) < len(want) {
		return false
	}
	for i, w := range want {
		if lit, ok := arr.Elements[i].Value.(hujson.Literal); !ok || lit.Kind() != '"' || lit.String() != w {
			return false
		}
	}
	return true
}
