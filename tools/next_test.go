package tools_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/server/servertest"
)

// next is the next call in a result's structure.
type next struct {
	Tool      string
	Arguments servertest.Args
}

var (
	fencedBlock = regexp.MustCompile("(?ms)^(`{3,})text$.*?^`{3,}$")
	nextLine    = regexp.MustCompile(`(?m)^Next: (.*)$`)
)

// Every result whose text says what to call next has that call in its structure, with
// the same tool, and with arguments that the tool takes.
func TestNextCallInTextAndStructure(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	runFixture(t, servertest.Options{}, func(t *testing.T, s *fixture) {
		s.Sandbox.Inject(sandbox.Fault{Path: ".", Status: 500}) // so that a call that is made changes nothing
		tested := map[string]bool{}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, rest, isStructured := strings.Cut(string(content), "\n--- structured\n")
			lines := nextLine.FindAllStringSubmatch(fencedBlock.ReplaceAllString(text, ""), -1)
			if !isStructured || len(lines) == 0 {
				continue
			}
			structured, _, _ := strings.Cut(rest, upstreamHeading)
			var result struct {
				Next      *next
				WouldSend json.RawMessage `json:"would_send"`
			}
			if err := json.Unmarshal([]byte(structured), &result); err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			says, called := lines[len(lines)-1][1], filepath.Base(filepath.Dir(file))
			repeats := strings.HasPrefix(says, "the same call")
			if result.Next == nil {
				tooLong := repeats && (len(result.WouldSend) > 6_000 || result.WouldSend == nil)
				if !tooLong && !strings.Contains(says, "a person") {
					t.Errorf("%s: the structure does not have what the text says is next: %s", file, says)
				}
				continue
			}
			if repeats && result.Next.Tool != called || !repeats && !strings.Contains(says, result.Next.Tool) {
				t.Errorf("%s: the structure's next call is %s, but the text says %s", file, result.Next.Tool, says)
			}
			if reply := s.Call(t, result.Next.Tool, result.Next.Arguments); strings.Contains(reply.Text, "was not called") {
				t.Errorf("%s: next is %s %v: %s", file, result.Next.Tool, result.Next.Arguments, reply.Text)
			}
			tested[called] = true
		}
		for _, tool := range []string{
			"analyze_chat_histories", "compare_insights_jobs", "create_insights_config", "create_insights_job", "generate_insights_config", "get_insights_job", "get_run",
			"list_insights_configs", "list_insights_jobs", "list_insights_runs", "list_projects", "update_insights_config", "wait_for_insights_job",
		} {
			if !tested[tool] {
				t.Errorf("no golden file of %s has a next call", tool)
			}
		}
	})
}
