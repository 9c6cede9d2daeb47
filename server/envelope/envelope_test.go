package envelope

import (
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
