package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/tool"
)

// callWithFakeLangSmith calls a tool over a LangSmith that responds to everything with {}.
func callWithFakeLangSmith(t *testing.T, name, arguments string) tool.Reply {
	t.Helper()
	env := &tool.Env{
		LangSmith: langsmith.New(langsmith.Options{Credentials: langsmith.Credentials{APIKey: "some-key"}, Transport: fakeLangSmith(`{}`)}),
		Projects:  tool.NewProjectCache(),
		Paid:      paid.New(paid.Options{}),
	}
	for _, tool := range tools.All() {
		if tool.Name == name {
			reply, err := tool.Call(t.Context(), env, json.RawMessage(arguments))
			if err != nil {
				t.Fatal(err)
			}
			return reply
		}
	}
	t.Fatalf("there is no tool %s", name)
	return tool.Reply{}
}

// Ambiguous arguments are refused before anything is spent.
func TestInvalidArguments(t *testing.T) {
	for arguments, want := range map[string]string{
		`{"last_n_hours":24.5}`:                     "last_n_hours: must be an integer",
		`{"hierarchy":[5,"twenty"]}`:                "hierarchy.1: must be an integer",
		`{"hierarchy":[5,-1]}`:                      "hierarchy: has a negative number of clusters",
		`{"last_n_hours":99999999999999999999}`:     "last_n_hours: must be a whole number",
		`{"sample":10,"sample":1000}`:               `duplicate object member name "sample"`,
		"{\"name\":\"\xff\"}":                       "invalid UTF-8",
		`{"name":"\ud83d"}`:                         "invalid surrogate pair",
		`{"partitions":{"a":"1","a":"2"}}`:          `duplicate object member name "a"`,
		`{"sample":10} {}`:                          "one JSON object",
		`["sample"]`:                                "one JSON object",
		`{"Name":"a"}`:                              "did you mean name?",
		`{"attribute_schemas":{"a":{"x":1,"x":2}}}`: `duplicate object member name "x"`,
	} {
		reply := callWithFakeLangSmith(t, "create_insights_job", arguments)
		if !reply.IsError || !strings.Contains(reply.Text, want) || !strings.Contains(reply.Text, "Nothing was sent") {
			t.Errorf("%s: %s, not %s", arguments, reply.Text, want)
		}
	}
}

// Values for LangSmith are sent unchanged.
func TestArgumentsAreSentUnchanged(t *testing.T) {
	for arguments, want := range map[string]string{
		`"sample":1e2,"last_n_hours":null`:                                               `"last_n_hours":null,"sample":1e2`,
		`"start_time":"2026-01-31T00:00:00.000Z","end_time":"2026-02-01T00:00:00+01:00"`: `"start_time":"2026-01-31T00:00:00.000Z","end_time":"2026-02-01T00:00:00+01:00"`,
		`"attribute_schemas":{"b":{"type":"string","description":"\u00e9","z":1.50},"a":{"n":123456789012345678901234567890,"type":"number","description":"d"}}`://
		`"attribute_schemas":{"a":{"n":123456789012345678901234567890,"type":"number","description":"d"},"b":{"type":"string","description":"\u00e9","z":1.50}}`,
	} {
		reply := callWithFakeLangSmith(t, "create_insights_job", `{"session_id":"`+uuid.NewString()+`","dry_run":true,`+arguments+`}`)
		if !strings.Contains(string(reply.Structured), `"would_send":{`+want+`}`) {
			t.Errorf("%s: %s %s", arguments, reply.Structured, reply.Text)
		}
	}
}
