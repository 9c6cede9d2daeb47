package trace

import "strings"

// Message is one turn of a conversation.
type Message struct {
	Role    string
	Content string
}

// Messages returns the conversation of a run: the messages of its outputs if they continue
// those of its inputs, else both.
func (r *Run) Messages() []Message {
	in, out := messages(r.Inputs), messages(r.Outputs)
	if len(out) >= len(in) && len(out) > 0 && len(in) > 0 && out[0] == in[0] {
		return out
	}
	return append(in, out...)
}

func messages(held map[string]any) []Message {
	list, _ := held["messages"].([]any)
	read := make([]Message, 0, len(list))
	for _, entry := range list {
		fields, ok := entry.(map[string]any)
		if !ok {
			continue
		}
		m := Message{Role: role(fields), Content: content(fields["content"])}
		if m.Content != "" {
			read = append(read, m)
		}
	}
	return read
}

// role accepts both formats in use: role (user, assistant) and type (human, ai).
func role(fields map[string]any) string {
	name, _ := fields["role"].(string)
	if name == "" {
		name, _ = fields["type"].(string)
	}
	switch name {
	case "human":
		return "user"
	case "ai":
		return "assistant"
	}
	return name
}

func content(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		var parts []string
		for _, part := range v {
			if fields, ok := part.(map[string]any); ok {
				if text, ok := fields["text"].(string); ok {
					parts = append(parts, text)
				}
			}
		}
		return strings.Join(parts, "\n")
	}
	return ""
}

// UserText returns the user's messages in the run, one per line. For a run without a
// conversation it returns the strings of the inputs.
func (r *Run) UserText() string {
	var said []string
	for _, m := range r.Messages() {
		if m.Role == "user" {
			said = append(said, m.Content)
		}
	}
	if len(said) > 0 {
		return strings.Join(said, "\n")
	}
	return Text(r.Inputs)
}
