package jsonrpc

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, data string
		method, id string
		answer     bool
		forMCP     string // the message for mcp-go with the unchanged id; empty for the data
	}{
		{"a call", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_run"}}`, "tools/call", "7", false, ""},
		{"a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "notifications/initialized", "", false, ""},
		{"an id beyond a float64", `{"jsonrpc":"2.0","id":1764412345678901234,"method":"ping"}`, "ping", "1764412345678901234", false, ""},
		{"an id with escapes", `{"jsonrpc":"2.0","id":"\u0041<","method":"ping"}`, "ping", `"\u0041<"`, false, ""},
		{"a notification with the id null", `{"jsonrpc":"2.0","id":null,"method":"notifications/initialized"}`, "notifications/initialized", "", false, `{"jsonrpc":"2.0","method":"notifications/initialized"}`},
		{"blanks", " {\"jsonrpc\" : \"2.0\" , \"id\" : 1 ,\"method\": \"ping\", \"params\" : {\"_meta\" : {} } }\r\n", "ping", "1", false, `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta" : {} }}`},
		{"a byte order mark", "\xef\xbb\xbf" + `{"jsonrpc":"2.0","id":1,"method":"ping"}`, "ping", "1", false, `{"jsonrpc":"2.0","id":1,"method":"ping"}`},
		{"params of another shape", `{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}`, "ping", "7", false, ""},
		{"empty lists for objects", `{"jsonrpc":"2.0","id":7,"method":"ping","params":[ ]}`, "ping", "7", false, `{"jsonrpc":"2.0","id":7,"method":"ping","params":{ }}`},
		{"empty lists further in", `{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"capabilities":{"elicitation":[]},"_meta":{"a":[]},"arguments":[]}}`, "initialize", "7", false,
			`{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"capabilities":{"elicitation":{}},"_meta":{"a":{}},"arguments":{}}}`},
		{"arguments", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t","arguments":{"hierarchy":[]},"_meta":{}}}`, "tools/call", "7", false,
			`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":{},"name":"t"}}`},
		{"arguments alone", `{"params":{"arguments":{}},"jsonrpc":"2.0","id":7,"method":"tools/call"}`, "tools/call", "7", false, `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}`},
		{"arguments of a prompt", `{"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p","arguments":{"a":"b"}}}`, "prompts/get", "7", false, ""},
		{"members in other letters", `{"jsonrpc":"2.0","id":7,"METHOD":"tools/call","method":"ping","Params":{"name":"x"},"other":1,"other":2}`, "ping", "7", false, `{"jsonrpc":"2.0","id":7,"method":"ping"}`},
		{"a cancellation", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7","reason":"x"}}`, "notifications/cancelled", "", false,
			`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\"7\""}}`},
		{"an answer", `{"jsonrpc":"2.0","id":"a","result":{}}`, "", `"a"`, true, "-"},
		{"a refusal", `{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":""}}`, "", `"a"`, true, "-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, problem := Read([]byte(test.data))
			if problem != nil || m.Method != test.method || string(m.ID) != test.id || m.IsResponse() != test.answer {
				t.Fatalf("%+v, %v", m, problem)
			}
			want := test.forMCP
			if want == "" {
				want = test.data
			}
			if m.ID != nil {
				want = strings.Replace(want, `"id":`+test.id, `"id":`+string(appendText(nil, test.id)), 1)
			}
			if got := string(m.forMCP()); want != "-" && got != want {
				t.Errorf("mcp-go gets %s, want %s", got, want)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, test := range []struct {
		data string
		code int
		id   string
	}{
		{``, mcp.PARSE_ERROR, ""}, {`{`, mcp.PARSE_ERROR, ""}, {`{"a":}`, mcp.PARSE_ERROR, ""}, {`{} {}`, mcp.PARSE_ERROR, ""},
		{`[]`, mcp.INVALID_REQUEST, ""}, {`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, mcp.INVALID_REQUEST, ""},
		{`"text"`, mcp.INVALID_REQUEST, ""}, {`7`, mcp.INVALID_REQUEST, ""}, {`{}`, mcp.INVALID_REQUEST, ""},
		{`{"jsonrpc":"1.0","id":4,"method":"ping"}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","id":null,"method":"ping"}`, mcp.INVALID_REQUEST, ""},
		{`{"jsonrpc":"2.0","id":4,"METHOD":"ping"}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","id":4,"method":5}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","method":"ping","method":"tools/call","id":4}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","\u006dethod":"ping","method":"tools/call","id":4}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","id":4,"id":5,"method":"ping"}`, mcp.INVALID_REQUEST, ""},
		{`{"jsonrpc":"2.0","method":"ping","params":{},"params":{"a":1},"id":4}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a","name":"b"},"id":4}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a","NAME":"b"},"id":4}`, mcp.INVALID_REQUEST, "4"},
		{`{"jsonrpc":"2.0","method":"tools/call","params":{"Arguments":{}},"id":4}`, mcp.INVALID_REQUEST, "4"},
	} {
		m, problem := Read([]byte(test.data))
		if problem == nil || problem.Code != test.code || string(m.ID) != test.id {
			t.Errorf("%s: id %s, %+v", test.data, m.ID, problem)
		}
	}
}

func TestReadMeta(t *testing.T) {
	m, problem := Read([]byte(`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a\ud83d","_meta":{"progressToken":1764412345678901234,"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`))
	if problem != nil || string(m.ProgressToken) != "1764412345678901234" || m.ProtocolVersion != "2026-07-28" || m.Name() != "a\ufffd" {
		t.Errorf("%+v, %v", m, problem)
	}
}

// An invalid token requests no progress.
func TestReadProgressToken(t *testing.T) {
	for token, want := range map[string]string{`null`: "", `[]`: "", `{"a":1}`: "", `true`: "", `"a"`: `"a"`, `0`: "0"} {
		m, problem := Read([]byte(`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":` + token + `}}}`))
		if problem != nil || string(m.ProgressToken) != want {
			t.Errorf("%s is read as %s, %v", token, m.ProgressToken, problem)
		}
	}
}

// FuzzRead checks that mcp-go, with encoding/json, reads the same message as Read. Otherwise
// the server could check one message and execute another.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}`, `{"jsonrpc":"2.0","id":"7","method":"subscriptions/listen","params":{}}`,
		`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","arguments":{"run_id":"x"},"_meta":{"progressToken":1}}}`,
		`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","Name":"b","argumentS":1,"_META":{}}}`,
		`{"method":"a","Method":"b","\u006dethod":"c","params":{"name":"a"},"params":{"x":1},"parAms":null}`,
		`{"jsonrpc":"2.0","id":1,"ID":null,"result":null,"error":{}}`, `{"method":7}`, `{"method":null}`, `[]`, `null`, `{} 1`, `{"params":[1]}`,
		"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\",\"id\":\"\xff\"}", `{"jsonrpc":"2.0","method":"x","met\u212aod":"k","\u212aid":1}`, `{"jsonrpc":"2.0","method":"\ud800"}`,
		"\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[ ]}", `{"jsonrpc":"2.0","method":"a","params":{"_meta":[],"capabilities":{"a":[]},"na\u017fe":[[]]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, problem := Read(slices.Clone(data))
		if problem != nil {
			if response := problem.Response(m.ID); !json.Valid(response.Data) {
				t.Fatalf("%q is refused: %s", data, response.Data)
			}
			return
		}
		if m.ID != nil && !strings.Contains(string(data), string(m.ID)) {
			t.Fatalf("%q does not have the id %s", data, m.ID)
		}
		if m.IsResponse() {
			return
		}
		var got struct {
			Version string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Method  string          `json:"method"`
			Result  json.RawMessage `json:"result"`
			Params  json.RawMessage `json:"params"`
		}
		if err := json.Unmarshal(m.forMCP(), &got); err != nil {
			t.Fatalf("%q becomes %s: %v", data, m.forMCP(), err)
		}
		id := ""
		if m.ID != nil {
			id = string(appendText(nil, m.ID))
		}
		if m.Method == string(mcp.MethodSubscriptionsListen) {
			id = string(m.ID)
		}
		if got.Version != "2.0" || string(got.ID) != id || got.Method != m.Method || got.Result != nil {
			t.Errorf("%q becomes %+v, want %+v", data, got, m)
		}
		if len(m.Params) == 0 {
			return
		}
		var params struct {
			Name      json.RawMessage `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
			Meta      json.RawMessage `json:"_meta"`
			RequestID json.RawMessage `json:"requestId"`
		}
		if err := json.Unmarshal(got.Params, &params); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		switch {
		case m.Method == string(mcp.MethodNotificationCancelled):
			if got := string(params.RequestID); got != string(appendText(nil, m.Params["requestId"])) {
				t.Errorf("%q: mcp-go cancels %s", data, got)
			}
			return
		case m.isToolCall():
			if params.Arguments != nil {
				t.Errorf("%q: mcp-go reads the arguments %s", data, params.Arguments)
			}
			params.Arguments = json.RawMessage(m.Params[argumentsParam])
		}
		read := map[string]string{"name": string(params.Name), "arguments": string(params.Arguments), "_meta": string(params.Meta), "requestId": string(params.RequestID)}
		for name, value := range read {
			if value != string(m.Params[name]) {
				t.Errorf("%q: mcp-go reads %s as %s, want %s", data, name, value, m.Params[name])
			}
		}
	})
}
