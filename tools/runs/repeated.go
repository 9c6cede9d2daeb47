package runs

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"langsmith-insights-mcp/tools/wording"
)

// maxCompared bounds the contents that are searched for repetitions, in bytes.
const maxCompared = 1 << 20

// OmitRepeated returns the outputs of a run without the parts that repeat its inputs: of a
// list that begins with a list of the inputs, as an agent's messages do, or of a text that
// begins with the text of the inputs, as its previews do, it replaces that part by a note.
// Contents that are not JSON, or very long, are returned unchanged.
func OmitRepeated(outputs, inputs json.RawMessage) json.RawMessage {
	if len(outputs)+len(inputs) > maxCompared {
		return outputs
	}
	var in, out any
	if json.Unmarshal(inputs, &in) != nil || json.Unmarshal(outputs, &out) != nil {
		return outputs
	}
	if text, ok := omitBeginning(out, in); ok {
		encoded, _ := json.Marshal(text) // a string can always be encoded
		return encoded
	}
	search := repetition{}
	search.collect(in, 0)
	shorter := search.omit(out, 0)
	if !search.found {
		return outputs // with its numbers and the order of its members unchanged
	}
	encoded, err := json.Marshal(shorter)
	if err != nil {
		return outputs
	}
	return encoded
}

// minBeginning is the length from which the beginning of a text is replaced by a note,
// in bytes.
const minBeginning = 40

// omitBeginning returns a text without its beginning, if that is another text, which may be
// cut.
func omitBeginning(text, beginning any) (shorter string, ok bool) {
	whole, isText := text.(string)
	begins, areTexts := beginning.(string)
	begins = trimEllipsis(begins)
	if !isText || !areTexts || len(begins) < minBeginning || !strings.HasPrefix(whole, begins) {
		return "", false
	}
	if rest := strings.TrimSpace(whole[len(begins):]); trimEllipsis(rest) != "" {
		return "(begins as the inputs) " + rest, true
	}
	return "(as the inputs, as far as this preview goes)", true
}

func trimEllipsis(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "…"), "...")
}

// repetition is a search for the lists of a run's inputs in its outputs.
type repetition struct {
	lists [][]any // of the inputs
	found bool
}

// maxDepth is the depth to which the lists of a content are searched.
const maxDepth = 4

func (r *repetition) collect(value any, depth int) {
	if depth > maxDepth {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for _, member := range value {
			r.collect(member, depth+1)
		}
	case []any:
		if len(value) > 0 {
			r.lists = append(r.lists, value)
		}
	}
}

func (r *repetition) omit(value any, depth int) any {
	if depth > maxDepth {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = r.omit(member, depth+1)
		}
	case []any:
		if n := r.findLongestBeginning(value); n > 0 {
			r.found = true
			return append([]any{fmt.Sprintf("(%s as in the inputs)", wording.Count(n, "item"))}, value[n:]...)
		}
	}
	return value
}

// findLongestBeginning returns the number of items at the beginning of a list that are a whole
// list of the inputs.
func (r *repetition) findLongestBeginning(list []any) int {
	longest := 0
	for _, input := range r.lists {
		n := len(input)
		if n <= longest || n > len(list) {
			continue
		}
		repeats := true
		for i := range n {
			repeats = repeats && contains(list[i], input[i])
		}
		if repeats {
			longest = n
		}
	}
	return longest
}

// contains reports whether a value equals another, or has all of its members: frameworks
// add an id to a message.
func contains(value, other any) bool {
	whole, isObject := value.(map[string]any)
	part, areObjects := other.(map[string]any)
	if !isObject || !areObjects {
		return reflect.DeepEqual(value, other)
	}
	for name, member := range part {
		if !reflect.DeepEqual(whole[name], member) {
			return false
		}
	}
	return len(part) > 0
}
