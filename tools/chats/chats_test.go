package chats_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/chats"
)

const (
	hello = `[{"role":"user","content":"hello"},{"role":"assistant","content":"hi"}]`
	bye   = `{"messages":[{"content":[{"type":"text","text":"bye"}],"role":"user"}],"id":7}`
)

func read(t *testing.T, text string) []chats.Chat {
	t.Helper()
	all, err := chats.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReadBothFormats(t *testing.T) {
	for _, text := range []string{
		hello + "\n" + bye,
		"\uFEFF" + hello + "\r\n\n  \n" + bye + "\n",
	} {
		all := read(t, text)
		if len(all) != 2 || len(all[0]) != 2 || len(all[1]) != 1 {
			t.Fatalf("%q was read as %s", text, all)
		}
		if got := string(all[1][0]); got != `{"content":[{"text":"bye","type":"text"}],"role":"user"}` {
			t.Errorf("the message is %s", got)
		}
	}
}

func TestReadErrors(t *testing.T) {
	long := `[{"role":"user","content":"` + strings.Repeat("x", chats.MaxChatBytes) + `"}]`
	for name, c := range map[string]struct{ text, problem string }{
		"nothing":               {"", "the file has no chat"},
		"blanks":                {"\n \n", "the file has no chat"},
		"not JSON":              {hello + "\nsecret", "line 2: is not JSON"},
		"half a surrogate pair": {`[{"role":"user","content":"\ud83d"}]`, "line 1: is not JSON"},
		"cut off":               {`[{"role":"user","content":"secret`, "line 1: is not JSON"},
		"a text":                {`"secret"`, "line 1: is neither a list of messages"},
		"null":                  {`null`, "line 1: has no message"},
		"empty":                 {`[]`, "line 1: has no message"},
		"no messages":           {`{"secret":[]}`, "line 1: is neither a list of messages"},
		"null messages":         {`{"messages":null}`, "line 1: has no message"},
		"no object":             {`["secret"]`, "line 1: message 1 is not an object"},
		"null message":          {`[null]`, "line 1: message 1 is not an object"},
		"no role":               {`[{"content":"secret"}]`, "line 1: message 1 has no role"},
		"a number as role":      {`[{"role":7,"content":"secret"}]`, "line 1: message 1 has no role"},
		"no content":            {`[{"role":"user"}]`, "line 1: message 1 has no content"},
		"invalid content":       {`[{"role":"user","content":{"secret":1}}]`, "line 1: message 1 has a content that is neither"},
		"too long":              {long, "line 1: has 8388"},
		"far too long":          {hello + "\n" + strings.Repeat("secret", chats.MaxChatBytes/2), "line 2: has more than 16777216 bytes"},
		"too many":              {strings.Repeat(hello+"\n", chats.MaxChats+1), "line 1001: at most 1000 chats"},
		"too much":              {strings.Repeat(strings.Repeat(" ", 1<<20)+"\n", 65), "the file has more than 67108864 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chats.Read(strings.NewReader(c.text))
			if err == nil || !strings.HasPrefix(err.Error(), c.problem) {
				t.Fatalf("got the error %v, want %s", err, c.problem)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error quotes the chat: %v", err)
			}
		})
	}
}

func TestMessageWithToolCallsOnly(t *testing.T) {
	all := read(t, `[{"role":"assistant","content":null,"tool_calls":[{"id":12345678901234567890}]}]`)
	if got := string(all[0][0]); !strings.Contains(got, "12345678901234567890") {
		t.Errorf("a large number was changed: %s", got)
	}
}

// The project of a call depends only on its chats, and not on their formatting.
func TestProjectName(t *testing.T) {
	reordered := strings.Replace(hello, `"role":"user","content":"hello"`, `"content" : "hello", "role":"user"`, 1)
	one := chats.ProjectName("Support", read(t, hello+"\n"+bye))
	if two := chats.ProjectName("Support", read(t, reordered+"\n"+bye)); one != two {
		t.Errorf("the same chats have the projects %q and %q", one, two)
	}
	for _, other := range []string{
		chats.ProjectName("Sales", read(t, hello+"\n"+bye)),
		chats.ProjectName("Support", read(t, hello)),
		chats.ProjectName("Support", read(t, bye+"\n"+hello)),
	} {
		if other == one {
			t.Errorf("different chats have the same project %q", one)
		}
	}
	if got := chats.ProjectName("", read(t, hello)); !strings.HasPrefix(got, "Chats ") {
		t.Errorf("without a name the project is %q", got)
	}
}

func TestTraces(t *testing.T) {
	all := read(t, hello+"\n"+bye+"\n"+hello+"\n"+hello)
	project, at := uuid.New(), time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	traces := chats.Traces(project, all, at)
	var ids []uuid.UUID
	for i, trace := range traces {
		if slices.Contains(ids, trace.ID) {
			t.Errorf("trace %d has the id of another trace", i)
		}
		ids = append(ids, trace.ID)
	}
	again := chats.Traces(project, read(t, hello+"\n"+bye+"\n"+hello+"\n"+hello), at.Add(time.Hour))
	for i := range again {
		if again[i].ID != ids[i] {
			t.Errorf("trace %d has a different id an hour later", i)
		}
	}
	if elsewhere := chats.Traces(uuid.New(), all, at); elsewhere[0].ID == ids[0] {
		t.Error("the id is the same in another project")
	}
	wire, err := json.Marshal(traces[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"inputs":{"messages":[{"content":"hello","role":"user"}]}`,
		`"outputs":{"messages":[{"content":"hello","role":"user"},{"content":"hi","role":"assistant"}]}`,
	} {
		if !bytes.Contains(wire, []byte(part)) {
			t.Errorf("the trace lacks %s: %s", part, wire)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{hello, bye, hello + "\n" + bye, "\uFEFF[]", `{"messages":[[]]}`, "[{\"role\":\"\xff\",\"content\":\"\"}]", "{}\n\n[", `[{"role":"user","content":"a","role":7}]`} {
		f.Add([]byte(text))
	}
	project := uuid.New()
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := chats.Read(bytes.NewReader(data))
		if err != nil {
			if len(all) > 0 {
				t.Errorf("Read returned chats and the error %v", err)
			}
			return
		}
		if len(all) == 0 || len(all) > chats.MaxChats {
			t.Errorf("%d chats were read", len(all))
		}
		// Writing the chats and reading them gives the same chats.
		var written bytes.Buffer
		for _, chat := range all {
			line, err := json.Marshal(chat)
			if err != nil {
				t.Fatal(err)
			}
			written.Write(append(line, '\n'))
		}
		again, err := chats.Read(&written)
		if err != nil {
			t.Fatalf("the written chats are refused: %v", err)
		}
		if chats.ProjectName("", all) != chats.ProjectName("", again) {
			t.Errorf("%s was read again as %s", all, again)
		}
		ids := map[uuid.UUID]bool{}
		for _, trace := range chats.Traces(project, all, time.Time{}) {
			ids[trace.ID] = true
		}
		if len(ids) != len(all) {
			t.Errorf("%d chats have %d ids", len(all), len(ids))
		}
	})
}
