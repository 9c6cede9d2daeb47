package install

import (
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// inputsKey holds the prompts of VS Code's mcp.json.
const inputsKey = "inputs"

type prompt struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Description string `json:"description"`
	Password    bool   `json:"password"`
}

// syncPrompt makes the prompt of the server be there if and only if something
// refers to it.
func (d *jsonDoc) syncPrompt(server string) error {
	id := promptID(server)
	top := d.top()
	at, err := d.find(top, inputsKey)
	if err != nil {
		return err
	}
	wanted := d.mentions(promptReference(server))
	ask := prompt{Type: "promptString", ID: id, Description: "LangSmith API key", Password: true}
	if at == nil {
		if wanted {
			d.add(top, inputsKey, []prompt{ask})
		}
		return nil
	}
	inputs, ok := at.Value.(*hujson.Array)
	if !ok {
		if wanted {
			return d.errorAt(at, "%q is not a list", inputsKey)
		}
		return nil
	}
	i := slices.IndexFunc(inputs.Elements, func(v hujson.Value) bool { return d.hasID(v, id) })
	switch {
	case wanted && i < 0:
		outer := d.indent(top)
		indent := outer + d.unit
		if len(inputs.Elements) > 0 {
			if own, ok := lineIndent(inputs.Elements[0].BeforeExtra); ok {
				indent = own
			}
		}
		before, after := d.slot(elements(inputs), indent, outer)
		v := d.encode(ask, indent)
		v.BeforeExtra, v.AfterExtra = before, after
		inputs.Elements = append(inputs.Elements, v)
	case !wanted && i >= 0:
		d.cut(elements(inputs), i)
		inputs.Elements = slices.Delete(inputs.Elements, i, i+1)
	}
	return nil
}

func (d *jsonDoc) hasID(v hujson.Value, id string) bool {
	o, ok := v.Value.(*hujson.Object)
	if !ok {
		return false
	}
	at, err := d.find(jsonObject{Object: o}, "id")
	if at == nil || err != nil {
		return false
	}
	lit, _ := at.Value.(hujson.Literal)
	return lit.String() == id
}

// mentions reports whether a string of the document contains text.
func (d *jsonDoc) mentions(text string) bool {
	for v := range d.root.All() {
		if lit, ok := v.Value.(hujson.Literal); ok && strings.Contains(lit.String(), text) {
			return true
		}
	}
	return false
}
