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

// longestValue bounds what a person fills in, in characters.
const longestValue = 2000

// data writes a text as a JSON string that shows all there is to it: what would
// be invisible, end a line or turn the direction of writing is escaped.
func data(text string) string {
	short, _ := markdown.Cut(strings.ToValidUTF8(text, "\uFFFD"), longestValue)
	quoted, err := json.Marshal(short)
	if err != nil {
		return `""` // a valid string is always written
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

// longestLabel bounds the name in a label, in characters.
const longestLabel = 80

// JobLabel is what completion offers for a job: its name for the eye, its id for
// the prompt.
func JobLabel(name string, created time.Time, id uuid.UUID) string {
	parts := []string{markdown.Line(name, longestLabel)}
	if !created.IsZero() {
		parts = append(parts, created.UTC().Format(time.DateOnly))
	}
	return strings.Join(append(parts, id.String()), " · ")
}

// CategoryLabel is what completion offers for a category.
func CategoryLabel(name string, traces int, id uuid.UUID) string {
	return fmt.Sprintf("%s · %d traces · %s", markdown.Line(name, longestLabel), traces, id)
}

// ID is the id that a label, or an id alone, ends in; uuid.Nil for neither.
func ID(value string) uuid.UUID {
	const length = len("5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11")
	value = strings.TrimSpace(value)
	id, err := uuid.Parse(value[max(0, len(value)-length):])
	if err != nil || len(value) < length {
		return uuid.Nil
	}
	return id
}
