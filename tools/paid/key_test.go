package paid

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
)

// keyOf returns the slot key of a call whose body is JSON.
func keyOf(t testing.TB, body string) string {
	t.Helper()
	request := &langsmith.CreateInsightsJobRequest{}
	if err := json.Unmarshal([]byte(body), request); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, sandbox.New(sandbox.Options{Empty: true}), secret)
	return mustCall(t, client, uuid.NameSpaceDNS, request).slot.Key
}

func TestEqualBodies(t *testing.T) {
	for _, equal := range [][]string{
		{`{"sample":100}`, `{"sample":100.0}`, `{"sample":1e2}`},
		{`{"partitions":{"a":"1","b":"2"}}`, `{"partitions":{"b":"2","a":"1"}}`},
		{
			`{"start_time":"2026-01-31T10:00:00Z"}`, `{"start_time":"2026-01-31T10:00:00+00:00"}`,
			`{"start_time":"2026-01-31T10:00:00.000Z"}`, `{"start_time":"2026-01-31T12:00:00+02:00"}`,
		},
		{`{"name":"x","model":"openai"}`, `{"model":"openai","name":"x"}`},
		{
			`{"attribute_schemas":{"a":{"type":"string","description":"d"}}}`,
			`{"attribute_schemas":{"a":{ "description":"d", "type":"string" }}}`,
			`{"attribute_schemas":{"a":{"type":"str\u0069ng","description":"d"}}}`,
		},
	} {
		for _, body := range equal[1:] {
			if keyOf(t, body) != keyOf(t, equal[0]) {
				t.Errorf("%s and %s are not equal", equal[0], body)
			}
		}
	}
}

// TestKeysAreStable compares keys with those in existing state directories: a paid call
// is recognized only by its key.
func TestKeysAreStable(t *testing.T) {
	for body, want := range map[string]string{
		`{}`: "f16640d8828ea0ff3ff2b8b92d144b79",
		`{"name":"x","sample":100.0,"model":"openai","partitions":{"b":"2","a":"1"},"user_context":{"a":"<b> & c"},"is_scheduled":false}`:                                    "8a1c078d5c87e3a5ed582a30246714d8",
		`{"config_id":null,"last_n_hours":24,"hierarchy":[5,20],"attribute_schemas":{"b":{"type":"boolean","description":"d"},"a":{"n":9007199254740993,"filter_by":true}}}`: "c72f65469d256fcbc4d42c02190be9aa",
	} {
		if got := keyOf(t, body); got != want {
			t.Errorf("the key of %s is %s, and was %s", body, got, want)
		}
	}
}

func TestDifferentBodies(t *testing.T) {
	seen := map[string]string{}
	for _, body := range []string{
		`{}`, `{"name":null}`, `{"name":""}`, `{"name":"x"}`, `{"is_scheduled":false}`, `{"model":"openai"}`,
		`{"sample":null}`, `{"sample":1}`, `{"sample":1000}`, `{"partitions":{}}`, `{"hierarchy":[]}`, `{"hierarchy":null}`,
		`{"filter":"x"}`, `{"summary_prompt":"x"}`,
		`{"attribute_schemas":{"a":{"n":9007199254740992}}}`, `{"attribute_schemas":{"a":{"n":9007199254740993}}}`,
		`{"attribute_schemas":{"a":{"n":1e400}}}`, `{"attribute_schemas":{"a":{"n":1e500}}}`,
		`{"attribute_schemas":{"a":{"n":0}}}`, `{"attribute_schemas":{"a":{"n":-0}}}`, `{"attribute_schemas":{"a":{}}}`,
		`{"attribute_schemas":{}}`, `{"attribute_schemas":null}`,
	} {
		key := keyOf(t, body)
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s are equal", body, other)
		}
		seen[key] = body
	}
}

// A person's consent to a job is not valid for a second one.
func TestDigestOfDuplicate(t *testing.T) {
	call := mustCall(t, newClient(t, sandbox.New(sandbox.Options{Empty: true}), secret), uuid.NameSpaceDNS, &langsmith.CreateInsightsJobRequest{})
	duplicate := *call
	duplicate.AllowDuplicate = true
	if call.Digest() == duplicate.Digest() || call.Digest() != call.slot.Key {
		t.Errorf("%s and %s", call.Digest(), duplicate.Digest())
	}
}

func TestDifferentCallers(t *testing.T) {
	upstream := sandbox.New(sandbox.Options{Empty: true})
	call := func(client *langsmith.Client, project uuid.UUID) *Call {
		return mustCall(t, client, project, &langsmith.CreateInsightsJobRequest{})
	}
	at := func(endpoint string, workspace uuid.UUID) *langsmith.Client {
		parsed, err := langsmith.ParseEndpoint(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		return langsmith.New(langsmith.Options{Endpoint: parsed, Credentials: langsmith.Credentials{APIKey: secret, Workspace: workspace}})
	}
	first := call(newClient(t, upstream, secret), uuid.NameSpaceDNS)
	for name, other := range map[string]*Call{
		"project":    call(newClient(t, upstream, secret), uuid.NameSpaceURL),
		"credential": call(newClient(t, upstream, secret+"x"), uuid.NameSpaceDNS),
		"endpoint":   call(at("https://other.test", uuid.Nil), uuid.NameSpaceDNS),
		"workspace":  call(at("https://langsmith.test", uuid.NameSpaceOID), uuid.NameSpaceDNS),
	} {
		if other.slot.Key == first.slot.Key || other.slot.Scope == first.slot.Scope {
			t.Errorf("another %s gives the same slot", name)
		}
		if (other.slot.Caller == first.slot.Caller) != (name == "project") {
			t.Errorf("another %s: caller %s, before %s", name, other.slot.Caller, first.slot.Caller)
		}
		if (other.payer == first.payer) != (name == "project" || name == "workspace") {
			t.Errorf("another %s: payer %s, before %s", name, other.payer, first.payer)
		}
	}
	for _, part := range []string{first.slot.Key, first.slot.Scope, first.slot.Caller, first.payer, first.body, first.fingerprint} {
		if strings.Contains(part, "lsv2") || strings.Contains(secret, part) {
			t.Errorf("%q gives the credential away", part)
		}
	}
}
