package prompts

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/markdown"
)

// maxValue is the longest argument that a prompt quotes, in characters.
const maxValue = 2000

// quote returns a text as a JSON string in which invisible characters, line breaks and
// changes of the writing direction are escaped.
func quote(text string) string {
	short, _ := markdown.Cut(strings.ToValidUTF8(text, "\uFFFD"), maxValue)
	quoted, err := json.Marshal(short)
	if err != nil {
		return `""` // cannot happen: a valid string can be encoded
	}
	var b strings.Builder
	for _, r := range string(quoted) {
		switch {
		case unicode.IsPrint(r) && r != '`':
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// maxLabelName is the longest name in a label, in characters.
const maxLabelName = 80

// JobLabel returns the completion value for a job: its name, for the person, and its id,
// for the prompt.
func JobLabel(name string, created time.Time, id uuid.UUID) string {
	parts := []string{markdown.Line(name, maxLabelName)}
	if !created.IsZero() {
		parts = append(parts, created.UTC().Format(time.DateOnly))
	}
	return strings.Join(append(parts, id.String()), " · ")
}

// CategoryLabel returns the completion value for a category.
func CategoryLabel(name string, traces int, id uuid.UUID) string {
	return fmt.Sprintf("%s · %d traces · %s", markdown.Line(name, maxLabelName), traces, id)
}

// ParseID returns the id of a label, or of an id alone; uuid.Nil for another text.
func ParseID(value string) uuid.UUID {
	const length = len("5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11")
	value = strings.TrimSpace(value)
	id, err := uuid.Parse(value[max(0, len(value)-length):])
	if err != nil || len(value) < length {
		return uuid.Nil
	}
	return id
}
