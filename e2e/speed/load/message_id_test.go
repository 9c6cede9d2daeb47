package load

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMessageID(t *testing.T) {
	for message, want := range map[string]int64{
		`{"jsonrpc":"2.0","id":7,"result":{}}`:                         7,
		`{"result":{"id":9,"x":[{"id":1}]},"jsonrpc":"2.0","id":7}`:    7,
		`{ "result" : { "id" : 9 } , "id" : 70 }`:                      70,
		`{"result":{"text":"a \"id\":3, {[ \\"},"id":7}`:               7,
		`{"a":"id","id":7}`:                                            7,
		`{"a":["id",3],"id":7}`:                                        7,
		`{"result":"\\\\\"id\":3","id":9007199254740993,"error":null}`: 9007199254740993,
	} {
		if got, err := messageID([]byte(message)); err != nil || got != want {
			t.Errorf("messageID(%s) = %d, %v; want %d", message, got, err, want)
		}
	}
	for _, message := range []string{``, `{}`, `{"method":"x"}`, `{"id":"7"}`, `{"id":null}`, `{"id`, `{"result":{"id":7}}`, `{"a":"\"`} {
		if got, err := messageID([]byte(message)); err == nil {
			t.Errorf("messageID(%s) = %d", message, got)
		}
	}
}

// FuzzMessageID compares messageID with encoding/json.
func FuzzMessageID(f *testing.F) {
	f.Add(`{"result":{"id":9,"x":[{"id":1}],"s":"\\\"id\":4"},"jsonrpc":"2.0","id":7}`)
	f.Add(`{"id":1,"result":"}{"}`)
	f.Fuzz(func(t *testing.T, message string) {
		got, err := messageID([]byte(message))
		var want uint32 // ids of calls are neither negative nor fractions
		raw := firstID(message)
		if raw == "null" || json.Unmarshal([]byte(raw), &want) != nil {
			return // only messageID returns this error
		}
		if err != nil || got != int64(want) {
			t.Errorf("messageID(%s) = %d, %v; want %d", message, got, err, want)
		}
	})
}

// firstID returns the first id of an object; empty if there is none, or if its name is
// written with escapes, as no server does.
func firstID(message string) string {
	if !json.Valid([]byte(message)) || strings.Contains(message, `\u`) {
		return ""
	}
	decoder := json.NewDecoder(strings.NewReader(message))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		return ""
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return ""
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return ""
		}
		if key == "id" {
			return string(value)
		}
	}
	return ""
}

func BenchmarkMessageID(b *testing.B) {
	text, err := json.Marshal(string(Body(1)))
	if err != nil {
		b.Fatal(err)
	}
	message := []byte(`{"result":{"content":[{"type":"text","text":` + string(text) + `}]},"jsonrpc":"2.0","id":123456}`)
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		if _, err := messageID(message); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendCall(b *testing.B) {
	calls := NewCalls(16)
	var buffer []byte
	for b.Loop() {
		buffer = appendCall(buffer[:0], 123456, calls.project(123456))
	}
}
