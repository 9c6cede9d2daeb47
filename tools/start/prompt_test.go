package start

import (
	"encoding/json"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

var sampleRun = langsmith.Run{
	Inputs:  json.RawMessage(`{"messages":[{"role":"user","content":"<hi> & bye"}],"n":12345678901234567890,"none":null,"yes":true}`),
	Outputs: json.RawMessage(`"plain"`),
	Error:   "Timeout",
}

func TestRenderPrompt(t *testing.T) {
	for template, want := range map[string]string{
		"{{run.inputs.messages}}":                  `[{"content":"<hi> & bye","role":"user"}]`,
		"{{{run.inputs.n}}}{{&run.error}}":         "12345678901234567890Timeout",
		"{{run.inputs.none}}|{{run.missing}}":      "|",
		"{{all_thread_messages}}":                  "[all_thread_messages]",
		"{{run.feedback}}{{run.feedback.score}}":   "[run.feedback][run.feedback.score]",
		"{{run.outputs}}, {{ run.inputs.yes }}":    "plain, true",
		"{{! a comment }}{{=<% %>=}}<%run.error%>": "Timeout",
	} {
		got, err := renderPrompt(template, &sampleRun)
		if err != nil || got != want {
			t.Errorf("%s becomes %q, %v", template, got, err)
		}
	}
}

// Neither a template nor a run makes a prompt grow beyond what is shown, and no file is
// read.
func TestPromptsThatAreRefused(t *testing.T) {
	for _, template := range []string{"{{#run}}x{{/run}}", "{{^run}}x{{/run}}", "{{=<% %>=}}<%#run%>x<%/run%>", "{{> prompt_test.go}}", "{{run", "{{/run}}", "{{}}",
		"{{{run}}", "{{= =}}", strings.Repeat("a", 2*maxPrompt) + "{{#run}}"} {
		if got, err := renderPrompt(template, &sampleRun); err == nil {
			t.Errorf("%s becomes %q", template, got)
		}
	}
	large := langsmith.Run{Inputs: json.RawMessage(`["` + strings.Repeat("a", 1_000_000) + `"]`)}
	got, err := renderPrompt(strings.Repeat("{{run.inputs}}", 50_000), &large)
	if err != nil || len(got) != maxPrompt+1 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func FuzzRenderPrompt(f *testing.F) {
	f.Add("{{run.inputs}} {{{run.error}}}", `{"a":[{"b":null}]}`)
	f.Add("{{=| |=}}|.|{{run.inputs.a.b}}", `[1,"\u2028"]`)
	f.Fuzz(func(t *testing.T, template, inputs string) {
		got, err := renderPrompt(template, &langsmith.Run{Inputs: json.RawMessage(inputs)})
		if len(got) > maxPrompt+1 || err != nil && got != "" {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}
