package preview_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"langsmith-insights-mcp/tools/preview"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"a text":              {`"Where is\nmy refund?"`, "Where is\nmy refund?"},
		"a number":            {`12345678901234567890`, "12345678901234567890"},
		"null":                {`null`, "null"},
		"an empty object":     {`{}`, "{}"},
		"an empty list":       {`[]`, "[]"},
		"nested empty values": {`{"a":[],"b":{},"c":"","d":null,"e":false}`, "a: []\nb: {}\nc: \"\"\nd: null\ne: false"},
		"a conversation": {
			`{"messages":[{"role":"user","content":"Hello,\nwhere is it?"},{"role":"assistant","content":"On its way."}],"n":2}`,
			"messages:\n  - role: user\n    content:\n      Hello,\n      where is it?\n  - role: assistant\n    content: On its way.\nn: 2",
		},
		"lists in lists":          {`[[1,[2]],["a\nb"]]`, "- - 1\n  - - 2\n- - a\n    b"},
		"keys keep their order":   {`{"b":1,"a":2}`, "b: 1\na: 2"},
		"a key with a line break": {`{"a\nb":1}`, "a b: 1"},
		"not JSON":                {`{"a":`, `{"a":`},
	} {
		t.Run(name, func(t *testing.T) {
			if got, whole := preview.Text(json.RawMessage(c.value), 1000); got != c.want || !whole {
				t.Errorf("got (whole: %t)\n%s\nwant\n%s", whole, got, c.want)
			}
		})
	}
}

func TestTextIsCut(t *testing.T) {
	value := json.RawMessage(`{"messages":[{"role":"user","content":"` + strings.Repeat("äöü ", 5000) + `"}]}`)
	for _, most := range []int{1, 2, 10, 13, 14, 40, 100, 2000} {
		text, whole := preview.Text(value, most)
		if n := utf8.RuneCountInString(text); whole || n > most || !utf8.ValidString(text) || !strings.HasSuffix(text, "…") {
			t.Errorf("with at most %d characters: %d, whole: %t, %q", most, n, whole, text)
		}
	}
	if text, whole := preview.Text(json.RawMessage(`"12345"`), 5); text != "12345" || !whole {
		t.Errorf("a text as long as the bound: %q, whole: %t", text, whole)
	}
}

// TestTextOfDeepNesting checks that the indentation of deeply nested values counts as well.
func TestTextOfDeepNesting(t *testing.T) {
	value := json.RawMessage(strings.Repeat(`{"a":`, 9000) + `1` + strings.Repeat(`}`, 9000))
	text, whole := preview.Text(value, 2000)
	if whole || utf8.RuneCountInString(text) > 2000 {
		t.Errorf("whole: %t, %d characters", whole, utf8.RuneCountInString(text))
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte(`{"messages":[{"role":"user","content":"a\nb"}]}`), 20)
	f.Add([]byte(`"…"`), 1)
	f.Add([]byte(`[[[`), 3)
	f.Fuzz(func(t *testing.T, value []byte, most int) {
		most = max(1, min(most, 1000))
		text, _ := preview.Text(value, most)
		if utf8.RuneCountInString(text) > most {
			t.Errorf("got %d characters, want at most %d", utf8.RuneCountInString(text), most)
		}
	})
}
