package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestOpen(t *testing.T) {
	for _, test := range []struct {
		name, data string
		method     string
		id         string
		answer     bool
	}{
		{"a call", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_run"}}`, "tools/call", "7", false},
		{"a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "notifications/initialized", "", false},
		{"an answer", `{"jsonrpc":"2.0","id":"a","result":{}}`, "", `"a"`, true},
		{"a refusal", `{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":""}}`, "", `"a"`, true},
		{"params of another shape", `{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}`, "ping", "7", false},
		{"a method of another shape", `{"jsonrpc":"2.0","id":7,"method":5}`, "", "7", false},
		{"other letters, and a part twice", `{"Id":7,"id":8,"METHOD":"ping","method":"tools/call"}`, "tools/call", "8", false},
		{"id null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "ping", "null", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := Open([]byte(test.data))
			if err != nil || m.Method != test.method || string(m.ID) != test.id || m.IsAnswer() != test.answer {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, data := range []string{`[]`, `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, `"text"`, `7`} {
		if _, err := Open([]byte(data)); !errors.Is(err, ErrNotObject) {
			t.Errorf("%s: %v", data, err)
		}
	}
	for _, data := range []string{``, `{`, `{"a":}`, `{} {}`} {
		if _, err := Open([]byte(data)); err == nil || errors.Is(err, ErrNotObject) {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// What mcp-go reads of a lightened message is what it reads of the whole one,
// but for the arguments.
func TestLighten(t *testing.T) {
	for _, data := range []string{
		`{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/call","params":{"name":"t","arguments":{"a":12345678901234567890},"_meta":{"progressToken":"<p>"},"task":{"ttl":5},"unknown":[1]}}`,
		`{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"arguments":null,"name":"t"}}`,
		`{"jsonrpc":"2.0","id":"x","method":"tools/call","params": { "arguments" : {"a":"}"} , "name":"t" } }`,
		`{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"t" , "arguments":[","] , "_meta":{}}}`,
		`{"params":{"arguments":{}},"jsonrpc":"2.0","id":"x","method":"tools/call"}`,
		`{"id":"x","method":"tools/call","params":{"arguments":7,"name":"t"}}`,
	} {
		whole, err := Open([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		ctx, light := whole.Lighten(t.Context(), []byte(data))
		arguments, ok := Arguments(ctx)
		if !ok || string(arguments) != string(whole.Params[argumentsParam]) {
			t.Errorf("arguments %s", arguments)
		}
		again, err := Open(light)
		if err != nil {
			t.Fatal(err)
		}
		if _, still := again.Params[argumentsParam]; still || string(again.ID) != string(whole.ID) || string(again.Version) != string(whole.Version) {
			t.Errorf("%s became %s", data, light)
		}
		if read(t, light) != read(t, without(t, data)) {
			t.Errorf("mcp-go reads %s of %s", read(t, light), data)
		}
	}
}

// read is what mcp-go makes of a call.
func read(t *testing.T, message []byte) string {
	t.Helper()
	var request mcp.CallToolRequest
	if err := json.Unmarshal(message, &request); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(request.Params)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func without(t *testing.T, data string) []byte {
	t.Helper()
	var message map[string]any
	if err := json.Unmarshal([]byte(data), &message); err != nil {
		t.Fatal(err)
	}
	delete(message["params"].(map[string]any), argumentsParam)
	left, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestLightenLeavesTheRest(t *testing.T) {
	for _, data := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"p","arguments":{"a":"b"}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"a":1},"name":"t","arguments":{"a":2}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"a":1},"name":"t","Arguments":{"a":2}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{}},"result":{}}`,
	} {
		m, err := Open([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		ctx, light := m.Lighten(t.Context(), []byte(data))
		if _, set := Arguments(ctx); set || string(light) != data {
			t.Errorf("%s became %s", data, light)
		}
	}
}

func FuzzLighten(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_run","arguments":{"run_id":"x"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Open(data)
		if err != nil {
			return
		}
		ctx, light := m.Lighten(t.Context(), data)
		if _, set := Arguments(ctx); !set {
			return
		}
		again, err := Open(light)
		if err != nil || string(again.ID) == "" != (string(m.ID) == "") || again.Method != m.Method || len(again.Params) != len(m.Params)-1 {
			t.Errorf("%s became %s: %v", data, light, err)
		}
	})
}

// What is read of a message here is what mcp-go will read of it, or a caller
// could be let through with one message and carry out another.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","name":"b"}}`,
		`{"id":7,"method":"tools/call","params":{"name":"a","Name":"b","argumentS":1,"_META":{}}}`,
		`{"method":"a","Method":"b","\u006dethod":"c","params":{"name":"a"},"params":{"x":1},"parAms":null}`,
		`{"id":1,"ID":null,"result":null,"error":{}}`, `{"method":7}`, `{"method":null}`, `[]`, `null`, `{} 1`, `{"params":[1]}`,
		"{\"method\":\"\xff\",\"id\":\"\xff\"}", `{"met\u212aod":"k","\u212aid":1}`, `{"method":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want struct {
			Version json.RawMessage `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Method  string          `json:"method"`
			Params  struct {
				Name      json.RawMessage `json:"name"`
				Arguments json.RawMessage `json:"arguments"`
				Meta      json.RawMessage `json:"_meta"`
			} `json:"params"`
			Result json.RawMessage `json:"result"`
		}
		wrong := json.Unmarshal(data, &want)
		var shape *json.UnmarshalTypeError
		got, err := Open(data)
		switch {
		case errors.As(wrong, &shape) && shape.Field == "", wrong == nil && string(bytes.TrimSpace(data)) == "null":
			if !errors.Is(err, ErrNotObject) {
				t.Fatalf("%q: %v, which is no object", data, err)
			}
			return
		case wrong != nil && shape == nil:
			if err == nil {
				t.Fatalf("%q is read, and not by encoding/json: %v", data, wrong)
			}
			return
		case err != nil:
			t.Fatalf("%q: %v, which encoding/json reads", data, err)
		}
		if got.Method != want.Method || string(got.ID) != string(want.ID) || string(got.Version) != string(want.Version) || string(got.Result) != string(want.Result) {
			t.Errorf("%q: %+v, not %+v", data, got, want)
		}
		for name, value := range map[string]json.RawMessage{"name": want.Params.Name, argumentsParam: want.Params.Arguments, "_meta": want.Params.Meta} {
			if string(got.Params[name]) != string(value) {
				t.Errorf("%q: %s is %s, not %s", data, name, got.Params[name], value)
			}
		}
	})
}
