package cli_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// exampleTranscripts names, for each tool, the golden transcripts of package tools that
// docs/examples.md shows.
var exampleTranscripts = map[string][]string{
	"create_insights_job":                   {"dry_run", "started"},
	"list_insights_jobs":                    {"jobs"},
	"get_insights_job":                      {"concise"},
	"wait_for_insights_job":                 {"still_running"},
	"rename_insights_job":                   {"renamed"},
	"delete_insights_job":                   {"deleted"},
	"list_insights_runs":                    {"of_a_category"},
	"compare_insights_jobs":                 {"two_weeks"},
	"list_insights_configs":                 {"saved"},
	"generate_insights_config":              {"written"},
	"create_insights_config":                {"scheduled"},
	"update_insights_config":                {"schedule_begun"},
	"delete_insights_config":                {"deleted"},
	"list_projects":                         {"projects"},
	"get_run":                               {"conversation"},
	"add_insights_runs_to_dataset":          {"new"},
	"add_insights_runs_to_annotation_queue": {"new"},
	"analyze_chat_histories":                {"started"},
}

// TestExamplesDocument compares docs/examples.md with the transcripts that the tests of
// the tools compare; -update rewrites it.
func TestExamplesDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What the tools return\n\nWritten by `go test ./server/cli -run Examples -update` from the transcripts of the tools' tests; CI compares.\n\n" +
		"Each result is shown twice: as the text that a model reads, and as the structure that\na program reads. " +
		"The server runs with its sandbox.\n\n")
	for _, tool := range tools.All() {
		fmt.Fprintf(&b, "- [`%s`](#%s): %s\n", tool.Name, tool.Name, tool.Title)
	}
	for _, tool := range tools.All() {
		chosen := exampleTranscripts[tool.Name]
		if len(chosen) == 0 {
			t.Errorf("%s has no example", tool.Name)
		}
		fmt.Fprintf(&b, "\n## %s\n", tool.Name)
		for _, name := range chosen {
			writeTranscript(t, &b, tool.Name, name)
		}
	}
	for name := range exampleTranscripts {
		if !slices.ContainsFunc(tools.All(), func(tool tool.Tool) bool { return tool.Name == name }) {
			t.Errorf("there is no tool %s", name)
		}
	}
	document(t, "examples.md", b.String())
}

// writeTranscript writes a call, its text and its structure. It leaves out the requests
// to LangSmith, which readers of the examples do not need.
func writeTranscript(t *testing.T, b *strings.Builder, tool, name string) {
	t.Helper()
	path := "../../tools/testdata/golden/" + tool + "/" + name + ".txt"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	transcript, _, _ := strings.Cut(string(content), "\n--- upstream")
	callAndText, structure, ok := strings.Cut(transcript, "\n--- structured\n")
	call, text, _ := strings.Cut(callAndText, "\n")
	if !ok || !strings.HasPrefix(call, tool+" ") || strings.HasPrefix(text, "isError") {
		t.Errorf("%s is not the transcript of a successful call of %s", path, tool)
	}
	fmt.Fprintf(b, "\n```text\n→ %s\n```\n", call)
	fmt.Fprintf(b, "\n````text\n%s\n````\n", strings.TrimSpace(text))
	fmt.Fprintf(b, "\n<details><summary>as structure</summary>\n\n```json\n%s\n```\n</details>\n", strings.TrimSpace(structure))
}
