package install

import (
	"bytes"
	"slices"

	"github.com/tailscale/hujson"
)

// inputsKey is the list of prompts in VS Code's mcp.json.
const inputsKey = "inputs"

const (
	promptID        = ServerName + "-api-key"
	promptReference = "${input:" + promptID + "}"
)

// syncPrompt adds the server's prompt if the file refers to it, and removes it if nothing
// does.
func syncPrompt(src []byte) ([]byte, error) {
	src, root, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	referred := bytes.Contains(src, []byte(promptReference))
	inputs, i := findPrompt(root)
	switch {
	case referred && inputs == nil:
		return setMember(src, []string{inputsKey}, []any{prompt})
	case referred && inputs.Value.Kind() != '[':
		return nil, errorAt(src, inputs.StartOffset, "%q is not a list", inputsKey)
	case referred && i < 0:
		return appendItem(src, root, *inputs, "", prompt), nil
	case !referred && i >= 0:
		return removeItem(src, *inputs, i), nil
	}
	return src, nil
}

var prompt = map[string]any{"type": "promptString", "id": promptID, "description": "LangSmith API key", "password": true}

// findPrompt returns the list of inputs, nil for none, and the index of the server's prompt
// in it, -1 for none.
func findPrompt(root hujson.Value) (*hujson.Value, int) {
	inputs := root.Find("/" + inputsKey)
	if inputs == nil {
		return nil, -1
	}
	list, ok := inputs.Value.(*hujson.Array)
	if !ok {
		return inputs, -1
	}
	return inputs, slices.IndexFunc(list.Elements, func(v hujson.Value) bool {
		id := v.Find("/id")
		return id != nil && id.Value.Kind() == '"' && id.Value.(hujson.Literal).String() == promptID
	})
}
