package tool

import "testing"

type texts map[string]any

func (texts) Text() string { return "a\u202Eb\x1b[31m\U000E0041\n" }

func TestResultsAreCleanInTextAndStructure(t *testing.T) {
	reply, err := render(texts{
		"in\u202Eputs": map[string]any{"k\U000E0041": []any{"v\u2066\x1b[0m\u0007", 1.5e300, 12345678901234567, nil, true}},
		"same":         1, "sa\u200Bme": 2,
		"<&>\u2028": "a\tb\nc\r\u00e9 😀",
	})
	const want = `{"\u003c\u0026\u003e\n":"a\tb\nc\né 😀","in⟨U+202E⟩puts":{"k":["v⟨U+2066⟩␛[0m␇",1.5e+300,12345678901234567,null,true]},"same":1}`
	if err != nil || reply.Text != "a⟨U+202E⟩b␛[31m\n" || string(reply.Structured) != want {
		t.Errorf("%s\n%q, %v", reply.Structured, reply.Text, err)
	}
}
