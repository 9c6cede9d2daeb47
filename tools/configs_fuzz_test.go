package tools_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/tool"
)

// fakeLangSmith is a transport with one response to everything.
type fakeLangSmith string

func (f fakeLangSmith) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(f))), Request: request}, nil
}

// FuzzConfigAnswers gives the config tools any response of LangSmith.
func FuzzConfigAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"configs":[{"id":"a","name":"n","config":{"sample":500,"partitions":{"a":"b"}},"prebuilt":false,"schedule_cron":"0 6 * * mon"}]}`,
		`{"id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11","name":"n","description":null,"config":{"model":7,"sample":"many","x":[null,{"y":null}]},"schedule_cron":"*"}`,
		`{"summary_prompt":"p","name":null,"attribute_schemas":{"a":{"type":"string"},"b":null}}`,
		`{"configs":[{"id":1,"config":[]},null,{"id":"\u202e\n# x","config":{"a":"` + "```" + `"}}]}`,
		`{"configs":null}`, `[]`, `<html>`, ``,
	} {
		f.Add(seed)
	}
	id := uuid.NewString()
	calls := map[string]object{
		"list_insights_configs":    {"session_id": id, "include_prebuilts": true},
		"create_insights_config":   {"session_id": id, "name": "n", "config": object{"sample": 10}, "schedule_cron": mondays},
		"update_insights_config":   {"session_id": id, "config_id": id, "schedule_cron": mondays},
		"delete_insights_config":   {"session_id": id, "config_id": id},
		"generate_insights_config": {"session_id": id, "user_context": object{"q": "a"}},
	}
	all := map[string]tool.Tool{}
	for _, tool := range tools.All() {
		all[tool.Name] = tool
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, args := range calls {
			env := &tool.Env{
				LangSmith: langsmith.New(langsmith.Options{Credentials: langsmith.Credentials{APIKey: "some-key"}, Transport: fakeLangSmith(body)}),
				Projects:  tool.NewProjectCache(),
				Policy:    tool.Policy{MaxSample: 100},
			}
			arguments, err := json.Marshal(args)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := all[name].Call(t.Context(), env, arguments)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(reply.Text) > tool.DefaultBudget || len(reply.Structured) > tool.DefaultBudget || reply.Text == "" {
				t.Errorf("%s: %d bytes of text, %d of structure", name, len(reply.Text), len(reply.Structured))
			}
			if !reply.IsError && !json.Valid(reply.Structured) {
				t.Errorf("%s: %s", name, reply.Structured)
			}
			if strings.ContainsFunc(reply.Text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
				t.Errorf("%s has invisible characters: %q", name, reply.Text)
			}
		}
	})
}
