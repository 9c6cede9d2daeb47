package langsmith_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

// everyField is a request with all 17 fields in the order of the struct. Its values are ones
// that re-encoding could change: spellings of numbers, markup, an offset in a time, unsorted
// keys.
const everyField = `{
	"config_id": "33333333-3333-4333-8333-333333333333",
	"start_time": "2026-01-31T00:00:00.50+02:00",
	"end_time": "2026-02-01T00:00:00Z",
	"last_n_hours": 24,
	"hierarchy": [5, 20],
	"partitions": {"Billing": "money & <refunds>", "Other": ""},
	"sample": 10.50,
	"summary_prompt": "{{run.inputs}} & <b>{{{run.outputs}}}</b>",
	"filter": "and(eq(status, \"error\"), gt(latency, 2))",
	"name": "Wöchentlich 🙂",
	"attribute_schemas": {"topic": {"type": "string", "description": "<what>", "zz": 1, "aa": 1.0}},
	"user_context": {"What would you like to learn about your agent?": "why <users> leave"},
	"model": "anthropic",
	"cluster_model": "openai",
	"summary_model": "44444444-4444-4444-8444-444444444444",
	"is_scheduled": false,
	"validate_model_secrets": true
}`

// notNullable lists the fields for which the API does not accept null.
var notNullable = []string{"model", "is_scheduled", "validate_model_secrets"}

// sentBody returns the body of the POST for a request in JSON.
func sentBody(t *testing.T, given string) string {
	t.Helper()
	var in langsmith.CreateInsightsJobRequest
	if err := json.Unmarshal([]byte(given), &in); err != nil {
		t.Fatal(err)
	}
	langSmith := newUpstream(newReply(http.StatusOK, `{"id":"22222222-2222-4222-8222-222222222222","name":"n","status":"queued"}`))
	if _, err := client(langSmith).CreateInsightsJob(t.Context(), project, &in); err != nil {
		t.Fatal(err)
	}
	return langSmith.only(t).body
}

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func fields(t *testing.T, object string) map[string]json.RawMessage {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryFieldIsSentUnchanged(t *testing.T) {
	if n := len(fields(t, everyField)); n != 17 {
		t.Fatalf("the test has %d fields, the API 17", n)
	}
	if got, want := sentBody(t, everyField), compact(t, everyField); got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
}

// Each field distinguishes absent, null and a value.
func TestEachFieldAlone(t *testing.T) {
	if got := sentBody(t, `{}`); got != `{}` {
		t.Errorf("without fields, sent %s", got)
	}
	for name, value := range fields(t, everyField) {
		t.Run(name, func(t *testing.T) {
			given := compact(t, `{"`+name+`":`+string(value)+`}`)
			if got := sentBody(t, given); got != given {
				t.Errorf("sent %s\nwant %s", got, given)
			}
			null := `{"` + name + `":null}`
			want := null
			if slices.Contains(notNullable, name) {
				want = `{}`
			}
			if got := sentBody(t, null); got != want {
				t.Errorf("for null sent %s, want %s", got, want)
			}
		})
	}
}

// Empty values are sent.
func TestEmptyValuesAreSent(t *testing.T) {
	const empty = `{"last_n_hours":0,"hierarchy":[],"partitions":{},"sample":0,"summary_prompt":"","filter":"",` +
		`"name":"","attribute_schemas":{},"user_context":{},"cluster_model":"","summary_model":"","is_scheduled":false}`
	if got := sentBody(t, empty); got != empty {
		t.Errorf("sent %s\nwant %s", got, empty)
	}
}

// The structs agree with LangSmith's OpenAPI document: requests have all of its fields, and
// responses no others.
func TestFieldsOfOpenAPIDocument(t *testing.T) {
	document := schemas(t)
	for schema, request := range map[string]any{
		"CreateRunClusteringJobRequest":      langsmith.CreateInsightsJobRequest{},
		"CreateClusteringJobConfigRequest":   langsmith.CreateConfigRequest{},
		"UpdateClusteringJobConfigRequest":   langsmith.UpdateConfigRequest{},
		"GenerateClusteringJobConfigRequest": langsmith.GenerateConfigRequest{},
	} {
		got, want := tags(reflect.TypeOf(request)), slices.Sorted(maps.Keys(document[schema].Properties))
		if !slices.Equal(got, want) {
			t.Errorf("%s has the fields\n%v, the document\n%v", schema, got, want)
		}
	}
	for schema, answer := range map[string]any{
		"RunClusteringJobPydantic":            langsmith.Job{},
		"CreateRunClusteringJobResponse":      langsmith.CreatedJob{},
		"GetRunClusteringJobResponse":         langsmith.Report{},
		"RunCluster":                          langsmith.Cluster{},
		"InsightsSummary":                     langsmith.Summary{},
		"HighlightedRun":                      langsmith.HighlightedRun{},
		"GetRunClusterResponse":               langsmith.ClusterSummary{},
		"DeleteRunClusteringJobResponse":      langsmith.Deleted{},
		"ClusteringJobConfigResponse":         langsmith.Config{},
		"GenerateClusteringJobConfigResponse": langsmith.GeneratedConfig{},
		"TracerSession":                       langsmith.Project{},
		"TenantForUser":                       langsmith.Workspace{},
		"Dataset":                             langsmith.Dataset{},
		"Example":                             langsmith.Example{},
		"AnnotationQueueSchemaWithSize":       langsmith.Queue{},
	} {
		for _, name := range tags(reflect.TypeOf(answer)) {
			if _, ok := document[schema].Properties[name]; !ok {
				t.Errorf("%T reads %q, which %s does not have", answer, name, schema)
			}
		}
	}
}

type schema struct {
	Properties map[string]json.RawMessage `json:"properties"`
}

func schemas(t *testing.T) map[string]schema {
	t.Helper()
	text, err := os.ReadFile("sandbox/testdata/langsmith-insights-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document.Components.Schemas
}

// tags lists the JSON names of a struct's fields, including embedded ones.
func tags(of reflect.Type) []string {
	var names []string
	for _, field := range reflect.VisibleFields(of) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestUpdateAbsentNullAndValue(t *testing.T) {
	for _, given := range []string{
		`{}`, `{"name":null}`, `{"name":"n"}`, `{"schedule_cron":null}`, `{"schedule_cron":"0 9 * * 1"}`,
		`{"description":null,"config":null}`, `{"config":{}}`, `{"config":{"sample":null,"filter":"eq(name, \"<a>\")"}}`,
	} {
		var in langsmith.UpdateConfigRequest
		if err := json.Unmarshal([]byte(given), &in); err != nil {
			t.Fatal(err)
		}
		langSmith := newUpstream(newReply(http.StatusOK, `{"id":"x"}`))
		if _, err := client(langSmith).UpdateConfig(t.Context(), project, other, &in); err != nil {
			t.Fatal(err)
		}
		if got := langSmith.only(t).body; got != given {
			t.Errorf("sent %s, want %s", got, given)
		}
	}
}

func TestOptional(t *testing.T) {
	if got := (langsmith.Optional[[]string]{}).ElemType(); got != reflect.TypeFor[[]string]() {
		t.Errorf("the value's type is %s", got)
	}
	absent, null, some := langsmith.Optional[int]{}, langsmith.Null[int](), langsmith.Some(0)
	for _, c := range []struct {
		optional            langsmith.Optional[int]
		isZero, isNull, has bool
	}{{absent, true, false, false}, {null, false, true, false}, {some, false, false, true}} {
		if _, has := c.optional.Get(); has != c.has || c.optional.IsNull() != c.isNull || c.optional.IsAbsent() != c.isZero {
			t.Errorf("%+v: absent %t, null %t, value %t", c, c.optional.IsAbsent(), c.optional.IsNull(), has)
		}
	}
}
