package tool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/wording"
)

// NextCall is embedded in a result that may suggest a next call, so that hosts that show a
// model only the structure show the call too.
type NextCall struct {
	Next *Call `json:"next,omitempty"`
}

// Cautions is embedded in a result that may have to be read with caution, for the same
// hosts: its sentences are in the text too.
type Cautions struct {
	Caution []string `json:"caution,omitempty"`
}

// Call is a complete call for an agent to make.
type Call struct {
	Tool      string         `json:"tool"`
	Arguments map[string]any `json:"arguments,omitempty"`

	names []string // of the arguments, in order
}

// NewCall returns a call. The arguments are names and values in turn; those with a
// zero value are left out.
func NewCall(tool string, arguments ...any) *Call {
	call := &Call{Tool: tool, Arguments: map[string]any{}}
	for i := 0; i+1 < len(arguments); i += 2 {
		name, _ := arguments[i].(string)
		if value := arguments[i+1]; !reflect.ValueOf(value).IsZero() {
			call.Arguments[name], call.names = value, append(call.names, name)
		}
	}
	return call
}

// MaxRepeated is the maximum size of the arguments of a call that repeats another, in
// bytes: the result may have most of them already.
const MaxRepeated = 6_000

// RepeatCall returns a call with the arguments in a struct, such as those of a dry run. It
// returns nil if they are too long to repeat.
func RepeatCall(tool string, arguments any) *Call {
	data, err := json.Marshal(arguments)
	var given map[string]json.RawMessage
	if err != nil || len(data) > MaxRepeated || json.Unmarshal(data, &given) != nil {
		return nil
	}
	call := &Call{Tool: tool, Arguments: make(map[string]any, len(given))}
	for name, value := range given {
		call.Arguments[name] = value
	}
	return call
}

// maxBody is the maximum size of a request that a result repeats, in bytes of its
// structure. The rest of the result has to fit into its budget too.
const maxBody = 12_000

// RepeatBody returns the body of a request for a result that shows it, nil if it is too
// long to repeat.
func RepeatBody(body json.RawMessage) *json.RawMessage {
	var escaped bytes.Buffer // as in the structure
	if json.HTMLEscape(&escaped, body); escaped.Len() > maxBody {
		return nil
	}
	return &body
}

// Text writes the call for a text that has some arguments above it already: these are
// named, and not written again.
func (c *Call) Text(above ...string) string {
	text := c.Tool
	var named []string
	for _, name := range c.names {
		value := c.Arguments[name]
		id, isID := value.(uuid.UUID)
		switch {
		case slices.Contains(above, name):
			named = append(named, name)
		case isID && name == "cluster_id":
			text += fmt.Sprintf(" %s=%s", name, wording.ShortID(id))
		default:
			text += fmt.Sprintf(" %s=%v", name, quoteValue(value))
		}
	}
	if len(named) > 0 {
		text += " with this " + strings.Join(named, " and ")
	}
	return text
}

// maxValue is the maximum length of a text in a written call, in bytes.
const maxValue = 300

// quoteValue quotes a text that is more than a word or a time.
func quoteValue(value any) any {
	text, isText := value.(string)
	if isText && strings.ContainsFunc(text, func(r rune) bool { return !isWordRune(r) }) {
		return markdown.Quote(text, maxValue)
	}
	return value
}

func isWordRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-+:.", r)
}
