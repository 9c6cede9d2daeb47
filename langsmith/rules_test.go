package langsmith_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

func elevenOf(format string) string {
	var b strings.Builder
	for i := range 11 {
		fmt.Fprintf(&b, format, i)
	}
	return strings.TrimSuffix(b.String(), ",")
}

// jobRules are requests that violate the documented rules, with the fields that the error must
// name.
var jobRules = []struct {
	request string
	fields  []string
}{
	{`{}`, nil},
	{`{"name":null,"filter":null,"sample":null,"last_n_hours":null,"start_time":null,"end_time":null,"partitions":null,` +
		`"summary_prompt":null,"attribute_schemas":null,"cluster_model":null,"summary_model":null}`, nil},

	{`{"last_n_hours":1}`, nil},
	{`{"last_n_hours":0}`, []string{"last_n_hours"}},
	{`{"last_n_hours":-5}`, []string{"last_n_hours"}},
	{`{"start_time":"2026-01-31T00:00:00Z"}`, nil},
	{`{"start_time":"2026-01-31T00:00:00Z","end_time":"2026-01-31T00:00:01Z"}`, nil},
	{`{"start_time":"2026-01-31T01:00:00+02:00","end_time":"2026-01-31T00:00:00.001Z"}`, nil},
	{`{"start_time":"2026-01-31T00:00:00Z","last_n_hours":null}`, nil},
	{`{"start_time":"2026-01-31T00:00:00Z","last_n_hours":24}`, []string{"last_n_hours"}},
	{`{"end_time":"2026-01-31T00:00:00Z","last_n_hours":24}`, []string{"last_n_hours"}},
	{`{"end_time":"2026-01-31T00:00:00Z"}`, []string{"end_time"}},
	{`{"start_time":null,"end_time":"2026-01-31T00:00:00Z"}`, []string{"end_time"}},
	{`{"start_time":"2026-01-31T00:00:00Z","end_time":"2026-01-31T00:00:00Z"}`, []string{"end_time"}},
	{`{"start_time":"2026-01-31T00:00:00Z","end_time":"2026-01-30T00:00:00Z"}`, []string{"end_time"}},
	{`{"start_time":"2026-01-31T00:00:00Z","end_time":"2026-01-31T00:00:00+02:00"}`, []string{"end_time"}},
	{`{"start_time":"2026-01-31T00:00:00"}`, []string{"start_time"}},
	{`{"start_time":"2026-01-31"}`, []string{"start_time"}},
	{`{"start_time":"yesterday"}`, []string{"start_time"}},
	{`{"start_time":""}`, []string{"start_time"}},
	{`{"start_time":"2026-02-30T00:00:00Z"}`, []string{"start_time"}},
	{`{"start_time":"2026-01-31T00:00:00Z","end_time":"2026-02-01T00:00:00"}`, []string{"end_time"}},
	{`{"start_time":"2999-01-31T00:00:00Z"}`, []string{"start_time"}},
	{`{"start_time":"2026-01-31T00:00:00Z","end_time":"2999-01-31T00:00:00Z"}`, nil},

	{`{"hierarchy":[5,20]}`, nil},
	{`{"hierarchy":[0]}`, nil},
	{`{"hierarchy":[]}`, nil},
	{`{"hierarchy":[5,-1]}`, []string{"hierarchy"}},

	{`{"sample":1000}`, nil},
	{`{"sample":1}`, nil},
	{`{"sample":0.5}`, nil},
	{`{"sample":1e3}`, nil},
	{`{"sample":0}`, []string{"sample"}},
	{`{"sample":-1}`, []string{"sample"}},
	{`{"sample":1000.01}`, []string{"sample"}},
	{`{"sample":1e999}`, []string{"sample"}},

	{`{"partitions":{}}`, nil},
	{`{"partitions":{"a":"","b":"money"}}`, nil},
	{`{"partitions":{` + elevenOf(`"c%d":"",`) + `}}`, []string{"partitions"}},

	{`{"summary_prompt":"Summarize {{run.inputs}}"}`, nil},
	{`{"summary_prompt":"{{ run.outputs.messages.0.content }}"}`, nil},
	{`{"summary_prompt":"{{{run.error}}}"}`, nil},
	{`{"summary_prompt":"{{&run.feedback.score}}"}`, nil},
	{`{"summary_prompt":"{{& run.feedback}} and {{unknown}}"}`, nil},
	{`{"summary_prompt":"{{all_thread_messages}}"}`, nil},
	{`{"summary_prompt":"{ {{ {x} }} {{}} {{{{run.inputs}}}} }}"}`, nil},
	{`{"summary_prompt":"{{run.inputs} }"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{run.inputs}} {{##run.error}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":""}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"Summarize the run"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{run.inputs}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{run.input}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{run.inputsX}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{run}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{!run.inputs}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{>run.inputs}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{#run.inputs}}x{{/run.inputs}}"}`, []string{"summary_prompt"}},
	{`{"summary_prompt":"{{run.inputs}}{{^run.error}}fine{{/run.error}}"}`, []string{"summary_prompt"}},

	{`{"attribute_schemas":{}}`, nil},
	{`{"attribute_schemas":{"a":{"type":"string","description":"d"},"b":{"type":"number","description":"d"},"c":{"type":"boolean","description":"d","filter_by":true}}}`, nil},
	{`{"attribute_schemas":{"a":{"type":"string","description":"d","filter_by":false,"more":1}}}`, nil},
	{`{"attribute_schemas":{"a":{"type":"text","description":"d"}}}`, []string{"attribute_schemas.a.type"}},
	{`{"attribute_schemas":{"a":{"description":"d"}}}`, []string{"attribute_schemas.a.type"}},
	{`{"attribute_schemas":{"a":{"type":"string"}}}`, []string{"attribute_schemas.a.description"}},
	{`{"attribute_schemas":{"a":{"type":"string","description":7}}}`, []string{"attribute_schemas.a.description"}},
	{`{"attribute_schemas":{"a":{"type":"string","description":"d","filter_by":true}}}`, []string{"attribute_schemas.a.filter_by"}},
	{`{"attribute_schemas":{"a":{"type":"boolean","description":"d","filter_by":"yes"}}}`, []string{"attribute_schemas.a.filter_by"}},
	{`{"attribute_schemas":{"a":"string"}}`, []string{"attribute_schemas.a"}},
	{`{"attribute_schemas":{"a":null}}`, []string{"attribute_schemas.a"}},
	{`{"attribute_schemas":{"a":[]}}`, []string{"attribute_schemas.a"}},
	{`{"attribute_schemas":{"z":{},"a":{"type":"x","description":"d"}}}`, []string{"attribute_schemas.a.type", "attribute_schemas.z.type", "attribute_schemas.z.description"}},

	{`{"model":"openai"}`, nil},
	{`{"model":"anthropic"}`, nil},
	{`{"model":"gemini"}`, []string{"model"}},
	{`{"model":""}`, []string{"model"}},
	{`{"cluster_model":"openai","summary_model":"anthropic"}`, nil},
	{`{"cluster_model":"33333333-3333-4333-8333-333333333333","summary_model":"openai"}`, nil},
	{`{"cluster_model":"openai"}`, []string{"summary_model"}},
	{`{"summary_model":"openai"}`, []string{"cluster_model"}},
	{`{"summary_model":"openai","cluster_model":null}`, []string{"cluster_model"}},
	{`{"cluster_model":"gpt-5","summary_model":"claude"}`, []string{"cluster_model", "summary_model"}},
	{`{"cluster_model":"{33333333-3333-4333-8333-333333333333}","summary_model":"33333333333343338333333333333333"}`, []string{"cluster_model", "summary_model"}},

	{`{"last_n_hours":0,"sample":0,"summary_prompt":"","model":"x"}`, []string{"last_n_hours", "sample", "summary_prompt", "model"}},
}

func names(err error) []string {
	var all []string
	for _, field := range langsmith.FieldErrors(err) {
		all = append(all, field.Field)
	}
	return all
}

func TestJobRules(t *testing.T) {
	for _, rule := range jobRules {
		var in langsmith.CreateInsightsJobRequest
		if err := json.Unmarshal([]byte(rule.request), &in); err != nil {
			t.Fatalf("%s: %v", rule.request, err)
		}
		err := in.Check()
		if got := names(err); !slices.Equal(got, rule.fields) || (err == nil) != (rule.fields == nil) {
			t.Errorf("%s\nhas problems with %v, want %v\n%v", rule.request, got, rule.fields, err)
		}
		for _, problem := range langsmith.FieldErrors(err) {
			if len(problem.Problem) < 10 || strings.Contains(problem.Problem, "\n") {
				t.Errorf("%s: the problem %q is too short", rule.request, problem.Problem)
			}
		}
	}
}

func TestConfigRules(t *testing.T) {
	long := strings.Repeat("ü", langsmith.MaxConfigName+1)
	for _, rule := range []struct {
		request interface{ Check() error }
		given   string
		fields  []string
	}{
		{&langsmith.CreateConfigRequest{}, `{"name":"n","config":{}}`, nil},
		{&langsmith.CreateConfigRequest{}, `{"name":"` + long[2:] + `","config":{"sample":10}}`, nil},
		{&langsmith.CreateConfigRequest{}, `{"name":"` + long + `","config":{}}`, []string{"name"}},
		{&langsmith.CreateConfigRequest{}, `{"name":"n"}`, []string{"config"}},
		{&langsmith.CreateConfigRequest{}, `{"name":"n","config":{"sample":0,"attribute_schemas":{"a":{}}}}`,
			[]string{"config.sample", "config.attribute_schemas.a.type", "config.attribute_schemas.a.description"}},
		{&langsmith.UpdateConfigRequest{}, `{}`, nil},
		{&langsmith.UpdateConfigRequest{}, `{"name":null,"config":null}`, nil},
		{&langsmith.UpdateConfigRequest{}, `{"name":"` + long + `","config":{"last_n_hours":0}}`, []string{"name", "config.last_n_hours"}},
		{&langsmith.GenerateConfigRequest{}, `{"user_context":{}}`, nil},
		{&langsmith.GenerateConfigRequest{}, `{"user_context":{},"model":"x","cluster_model":"openai"}`, []string{"model", "summary_model"}},
	} {
		if err := json.Unmarshal([]byte(rule.given), rule.request); err != nil {
			t.Fatalf("%s: %v", rule.given, err)
		}
		if got := names(rule.request.Check()); !slices.Equal(got, rule.fields) {
			t.Errorf("%.80s\nhas problems with %v, want %v", rule.given, got, rule.fields)
		}
	}
}
