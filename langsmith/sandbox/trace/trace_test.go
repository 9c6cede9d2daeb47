package trace_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func TestConversations(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 3, 2, 10, minute, 0, 0, time.UTC) }
	run := func(name, thread string, minute int) *trace.Run {
		return &trace.Run{ID: uuid.NewSHA1(uuid.Nil, []byte(name)), Name: name, ThreadID: thread, Start: at(minute)}
	}
	child := run("child", "", 9)
	child.ParentID = uuid.New()
	var got []string
	for _, r := range trace.Conversations([]*trace.Run{
		run("later of two", "a", 5), run("earlier of two", "a", 1), run("alone", "", 3), run("also alone", "", 2), child,
		run("one of a thread", "b", 4),
	}) {
		got = append(got, r.Name)
	}
	if want := "also alone, alone, one of a thread, later of two"; strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	message := func(role, key string, content any) any { return map[string]any{key: role, "content": content} }
	list := func(entries ...any) map[string]any { return map[string]any{"messages": entries} }
	user := message("user", "role", "hello")
	for name, c := range map[string]struct {
		in, out map[string]any
		want    []trace.Message
		said    string
	}{
		"both hold all":    {list(user), list(user, message("assistant", "role", "hi")), []trace.Message{{"user", "hello"}, {"assistant", "hi"}}, "hello"},
		"reply alone":      {list(user), list(message("ai", "type", "hi")), []trace.Message{{"user", "hello"}, {"assistant", "hi"}}, "hello"},
		"in parts":         {list(message("human", "type", []any{map[string]any{"text": "a"}, map[string]any{"text": "b"}, 5})), nil, []trace.Message{{"user", "a\nb"}}, "a\nb"},
		"no messages":      {map[string]any{"question": "why?", "n": 5.0}, nil, nil, "why?"},
		"not a list":       {map[string]any{"messages": "hello"}, nil, nil, "hello"},
		"not objects":      {list("hello", nil, 7.0), nil, nil, "hello"},
		"nothing to speak": {nil, nil, nil, ""},
	} {
		r := &trace.Run{Inputs: c.in, Outputs: c.out}
		if got := r.Messages(); len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
		if got := r.UserText(); got != c.said {
			t.Errorf("%s: said %q", name, got)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var deep any = "bottom"
	for range 100 {
		deep = []any{deep}
	}
	if got := trace.Text(map[string]any{"b": []any{"2", 3.0, map[string]any{"x": "4"}}, "a": "1", "deep": deep}); got != "1\n2\n4" {
		t.Errorf("the text is %q", got)
	}
	messages := map[string]any{"messages": []any{map[string]any{"role": "user", "content": "hello"}}}
	if text, content := trace.Text(messages), trace.Content(messages); text != "hello\nuser" || content != "hello" {
		t.Errorf("the text is %q, the content %q", text, content)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{" two\n lines\t", 20, "two lines"},
		{"cut after, this", 10, "cut after…"},
		{"größer", 3, "grö…"},
		{"", 5, ""},
	} {
		if got := trace.Preview(c.text, c.limit); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}
