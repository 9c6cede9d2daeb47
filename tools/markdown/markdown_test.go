package markdown_test

import (
	"strings"
	"testing"

	"langsmith-insights-mcp/tools/markdown"
)

// A control or bidirectional character is seen where it was; a line break stays one.
func TestCleanShowsControlCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"\x1b[31mred\x1b[0m\a\x00\b\x7f":                          "␛[31mred␛[0m␇␀␈␡",
		"admin\u202Etxt.exe\u202C\u2066x\u2069\u200F\u061C\u009B": "admin⟨U+202E⟩txt.exe⟨U+202C⟩⟨U+2066⟩x⟨U+2069⟩⟨U+200F⟩⟨U+061C⟩⟨U+009B⟩",
		"one\n\ttwo\rthree\u2028four":                             "one\n\ttwo\nthree\nfour",
		"a\u200Bb\uFE0F\U000E0041":                                "ab",
		"␛⟨U+202E⟩":                                               "␛⟨U+202E⟩",
	} {
		if got := markdown.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestWord(t *testing.T) {
	for text, want := range map[string]string{
		"running": "running", "not started yet": "not started yet", "in_progress": "in_progress",
		"a|b": `"a\|b"`, "": `""`, "x\ny": "x y", "`x`": "\"\\`x\\`\"",
	} {
		if got := markdown.Word(text, 40); got != want {
			t.Errorf("Word(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
		cut  bool
	}{
		{"Refunds", 7, "Refunds", false},
		{"Refunds", 6, "Refun…", true},
		{"äöüß", 4, "äöüß", false},
		{"äöüß", 3, "äö…", true},
		{"日本語", 1, "…", true},
		{"a b", 3, "a b", false},
		{"ab c", 4, "ab c", false},
		{"ab cd", 4, "ab…", true},
		{"x", 0, "", true},
		{"", 0, "", false},
	} {
		if got, cut := markdown.Cut(c.text, c.max); got != c.want || cut != c.cut {
			t.Errorf("Cut(%q, %d) = %q, %t", c.text, c.max, got, cut)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
		cut  bool
	}{
		{"Refunds", 7, "Refunds", false},
		{"Refunds", 6, "Ref…", true},
		{"äöüß", 8, "äöüß", false},
		{"äöüß", 7, "äö…", true},
		{"äöüß", 6, "ä…", true},
		{"日本語", 3, "…", true},
		{"日本語", 2, "", true},
		{"ab cdef", 6, "ab…", true},
		{"", 0, "", false},
		{"a\u200B\u200B\u200Bb", 2, "ab", false},
		{strings.Repeat("\x1b", 5000) + "abcd", 6, "␛…", true},
	} {
		if got, cut := markdown.Shorten(c.text, c.max); got != c.want || cut != c.cut {
			t.Errorf("Shorten(%q, %d) = %q, %t", c.text, c.max, got, cut)
		}
	}
}
