package jsonrpc

import (
	"fmt"
	"strings"
	"testing"
)

func TestMessagesAreBounded(t *testing.T) {
	for _, c := range []struct{ params, want string }{
		{`{"a":` + strings.Repeat("[", 98) + strings.Repeat("]", 98) + `}`, ""},
		{`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "nested deeper"},
		{strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101), "nested deeper"},
		{`{"a":[` + strings.TrimSuffix(strings.Repeat("[],", 190_000), ",") + `]}`, ""},
		{`{"a":[` + strings.TrimSuffix(strings.Repeat("[],", 300_000), ",") + `]}`, "more than"},
		{`{"a":[` + strings.TrimSuffix(strings.Repeat("{},", 300_000), ",") + `]}`, "more than"},
		{`{"a":[` + strings.TrimSuffix(strings.Repeat("1,", 500_000), ",") + `]}`, "more than"},
		{`{"a":{` + strings.TrimSuffix(strings.Repeat(`"":1,`, 300_000), ",") + `}}`, "more than"},
	} {
		for _, format := range []string{`{"jsonrpc":"2.0","id":7,"method":"ping","params":%s}`, `{"jsonrpc":"2.0","id":7,"result":%s}`} {
			message, problem := Read(fmt.Appendf(nil, format, c.params))
			text := ""
			if problem != nil {
				text = problem.Message
			}
			if string(message.ID) != "7" || (text == "") != (c.want == "") || !strings.Contains(text, c.want) {
				t.Errorf("%.40s: id %s, %q", c.params, message.ID, text)
			}
		}
	}
}
