package tools

import (
	"testing"
)

// jobArguments are what an agent may send, of every kind that a schema has.
const jobArguments = `{"session_id":"0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1","config_id":null,"start_time":"2026-01-31T00:00:00Z",` +
	`"hierarchy":[5,20],"partitions":{"Billing":"Invoices <&> refunds \u00e9"},"sample":200,"summary_prompt":"{{run.inputs}}",` +
	`"filter":"eq(status, \"error\")","name":"Weekly","attribute_schemas":{"resolved":{"type":"boolean","x":[1e3,null,{}]}},` +
	`"user_context":{"q":"a"},"model":"openai","cluster_model":null,"validate_model_secrets":true,"dry_run":false,"allow_duplicate":null}`

// Every schema of a tool is understood, or its calls would all take the long way.
func TestEveryToolsPlainCallsAreAcceptedAtOnce(t *testing.T) {
	for _, tool := range All() {
		judge, err := tool.schemas().judge()
		if err != nil || judge.plain == nil {
			t.Errorf("%s: %v, %v", tool.Name, judge.plain, err)
		}
	}
	judge, err := createInsightsJob().schemas().judge()
	if err != nil {
		t.Fatal(err)
	}
	for _, arguments := range []string{`{}`, jobArguments} {
		if !judge.plain.accepts([]byte(arguments)) {
			t.Errorf("%s takes the long way", arguments)
		}
	}
}

// What is accepted at once is what the validator accepts.
func FuzzAcceptance(f *testing.F) {
	const project = `"session_id":"0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1"`
	for _, seed := range []string{
		jobArguments, `{}`, `[]`, `null`, `7`, ``, `{} {}`, `{"name":"a","name":7}`, `{"Name":"a"}`, `{"name":null}`, `{"model":null}`,
		`{"sample":0}`, `{"sample":1000}`, `{"sample":1001}`, `{"sample":1000.0000000000000000001}`, `{"sample":1e3}`, `{"sample":-1}`,
		`{"sample":99999999999999999999}`, `{"last_n_hours":0}`, `{"last_n_hours":-0}`, `{"last_n_hours":1.0}`, `{"hierarchy":[1,"a"]}`,
		`{"partitions":{"a":1}}`, `{"partitions":[]}`, `{"attribute_schemas":{"a":[]}}`, `{"start_time":"yesterday"}`, `{"session_id":"x"}`,
		`{"is_scheduled":"true"}`, `{"unknown":1}`, `{"dry_run":null}`, `{"dry_run":1}`, "{\"name\":\"\xff\"}",
		`{` + project + `,"job_id":"` + `0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1` + `","name":""}`,
		`{` + project + `,"job_id":"0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1","limit":0,"offset":-1,"view":"concise"}`,
		`{` + project + `,"job_id":"0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1","sort":"size","timeout_seconds":100000}`,
		`{"name":"n","config":{"sample":10,"unknown":1},"schedule_cron":"0 6 * * mon"}`,
		`{"job_id":"0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1","job_id":"0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1"}`,
		`{` + project + `,"job_id":null}`, `{` + project + `,"job_ids":["0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d1","0198e2a4-5fd7-7bd8-a6c2-5c0c04a2b7d2"]}`,
		`{"chat_histories":[[{"role":"user","content":"a"}]]}`,
	} {
		f.Add(seed)
	}
	type tool struct {
		name    string
		schemas schemas
		judge   judge
	}
	var all []tool
	for _, t := range All() {
		judge, err := t.schemas().judge()
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, tool{t.Name, t.schemas(), judge})
	}
	f.Fuzz(func(t *testing.T, arguments string) {
		for _, tool := range all {
			if !tool.judge.plain.accepts([]byte(arguments)) {
				continue
			}
			if err := tool.schemas.validate(tool.judge.schema, []byte(arguments)); err != nil {
				t.Errorf("%s accepted %s, which the schema does not: %v", tool.name, arguments, err)
			}
		}
	})
}
