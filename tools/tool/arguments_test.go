package tool

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// everyKind are arguments of every kind that tools have.
type everyKind struct {
	Needed  string                    `json:"needed"`
	Text    string                    `json:"text,omitempty"`
	Choice  string                    `json:"choice,omitempty" jsonschema:"enum=a,enum=b"`
	ID      uuid.UUID                 `json:"id,omitzero"`
	Count   *int                      `json:"count,omitempty" jsonschema:"minimum=-1000000"`
	Ratio   float64                   `json:"ratio,omitempty"`
	Flag    bool                      `json:"flag,omitempty"`
	List    []int                     `json:"list,omitempty"`
	Lists   [][]int                   `json:"lists,omitempty"`
	Map     map[string]string         `json:"map,omitempty"`
	Numbers map[string]int            `json:"numbers,omitempty"`
	Inner   *innerKind                `json:"inner,omitempty"`
	Open    json.RawMessage           `json:"open,omitempty"`
	Null    langsmith.Optional[int]   `json:"null,omitzero"`
	Words   langsmith.Optional[[]int] `json:"words,omitzero"`
}

type innerKind struct {
	Text  string `json:"text,omitempty"`
	Count int    `json:"count,omitempty"`
	Flag  *bool  `json:"flag,omitempty"`
}

var everyKindSchemas = sync.OnceValue(func() schemas { return deriveSchemas[everyKind, everyResult](Declaration{}) })

// read reads arguments, and returns the error for the caller if they are refused.
func read(arguments string) (args everyKind, refusal string) {
	err := readArguments(everyKindSchemas(), &Env{}, json.RawMessage(arguments), &args)
	if err == nil {
		return args, ""
	}
	return args, (&Env{}).Explain(Declaration{Name: "every_kind"}, err)
}

type everyResult struct{}

func (everyResult) Text() string { return "" }

func TestNormalizedArguments(t *testing.T) {
	for _, c := range []struct{ sent, plain string }{
		{`"count":5.0`, `"count":5`},
		{`"count":5e0`, `"count":5`},
		{`"count":50E-1`, `"count":5`},
		{`"count":-0.0`, `"count":0`},
		{`"count":"24"`, `"count":24`},
		{`"count":" 24.0 "`, `"count":24`},
		{`"count":9007199254740993`, `"count":9007199254740993`},
		{`"count":9007199254740993.0`, `"count":9007199254740993`},
		{`"count":"9.007199254740993e15"`, `"count":9007199254740993`},
		{`"ratio":"0.25"`, `"ratio":0.25`},
		{`"flag":"true"`, `"flag":true`},
		{`"flag":"false"`, `"flag":false`},
		{`"list":[5.0,"20"]`, `"list":[5,20]`},
		{`"list":"[5.0, \"20\"]"`, `"list":[5,20]`},
		{`"lists":["[1]",["2"]]`, `"lists":[[1],[2]]`},
		{`"map":"{\"a\":\"\",\"b\":\"5\"}"`, `"map":{"a":"","b":"5"}`},
		{`"numbers":{"a":"1","b":2.0}`, `"numbers":{"a":1,"b":2}`},
		{`"inner":"{\"count\":\"7\",\"text\":\"\",\"flag\":null}"`, `"inner":{"count":7}`},
		{`"inner":{"text":"7","flag":"true"}`, `"inner":{"text":"7","flag":true}`},
		{`"text":"","choice":"","id":"","count":"","flag":"","list":"","map":"","inner":"","null":"","open":""`, ``},
		{`"text":null,"choice":null,"id":null,"count":null,"flag":null,"list":null,"map":null,"inner":null,"open":null`, ``},
		{`"text":"24"`, `"text":"24"`},
		{`"text":"{}"`, `"text":"{}"`},
		{`"map":{"a":"[1]"}`, `"map":{"a":"[1]"}`},
		{`"null":null,"words":null`, `"words":null,"null":null`},
		{`"null":"5","words":"[1.0]"`, `"null":5,"words":[1]`},
		{`"open":{"n":5.0,"s":"","x":null}`, `"open":{"n":5.0,"s":"","x":null}`},
	} {
		sent, refusal := read(`{"needed":"x",` + c.sent + `}`)
		if refusal != "" {
			t.Errorf("%s: %s", c.sent, refusal)
			continue
		}
		plain, refusal := read(`{"needed":"x"` + strings.TrimSuffix(","+c.plain, ",") + `}`)
		if refusal != "" || !reflect.DeepEqual(sent, plain) {
			t.Errorf("%s is read as %+v, %s as %+v %s", c.sent, sent, c.plain, plain, refusal)
		}
	}
}

func TestNullsAreKept(t *testing.T) {
	args, refusal := read(`{"needed":"x","null":null}`)
	if !args.Null.IsNull() || !args.Words.IsAbsent() || refusal != "" {
		t.Errorf("%+v %s", args, refusal)
	}
}

func TestAbsentArguments(t *testing.T) {
	for sent, want := range map[string]string{
		`{}`:                            "needed: is required",
		`{"needed":""}`:                 "",
		`{"needed":null}`:               "needed: must be a string, not null",
		`{"needed":5}`:                  "needed: must be a string, not number",
		`{"needed":"x","count":1.5}`:    "count: must be an integer, not number",
		`{"needed":"x","count":"1.5"}`:  "count: must be an integer, not number",
		`{"needed":"x","count":"five"}`: "count: must be an integer, not string",
		`{"needed":"x","count":true}`:   "count: must be an integer, not boolean",
		`{"needed":"x","count":99999999999999999999}`: "count: must be a whole number that is not too large",
		`{"needed":"x","count":1e1000000000}`:         "count: must be a whole number that is not too large",
		`{"needed":"x","count":-1e1000000000}`:        "count: must be at least -1000000",
		`{"needed":"x","count":1e-1000000000}`:        "count: must be an integer, not number",
		`{"needed":"x","flag":"yes"}`:                 "flag: must be a boolean, not string",
		`{"needed":"x","flag":1}`:                     "flag: must be a boolean, not number",
		`{"needed":"x","list":"1,2"}`:                 "list: must be an array, not string",
		`{"needed":"x","list":5}`:                     "list: must be an array, not number",
		`{"needed":"x","list":[1,null]}`:              "list.1: must be an integer, not null",
		`{"needed":"x","map":"{\"a\":1,\"a\":2}"}`:    "map: must be an object, not string",
		`{"needed":"x","null":1.5}`:                   "null: must be an integer, not number",
		`{"needed":"x","choice":"c"}`:                 `choice: must be one of a, b, not "c"`,
		`{"needed":"x","inner":{"counts":1}}`:         "inner.counts: is not an argument; did you mean count?",
		`{"needed":"x","need":1}`:                     "need: is not an argument; did you mean needed?",
		`["needed"]`:                                  "must be one JSON object",
		`"needed"`:                                    "must be one JSON object",
		`{"needed":"x"} {}`:                           "must be one JSON object",
		`{"needed":"x","needed":"y"}`:                 `duplicate object member name "needed"`,
		`{"needed":"x","flag":null,"flag":true}`:      `duplicate object member name "flag"`,
	} {
		if _, refusal := read(sent); refusal == "" && want != "" || !strings.Contains(refusal, want) {
			t.Errorf("%s: %q, not %s", sent, refusal, want)
		}
	}
}

// The values in a string count like those in a message.
func TestJSONInStringsIsBounded(t *testing.T) {
	lists := func(n int) string { return strings.Repeat("[],", n-1) + "[]" }
	const tooMany, noList = "more than 200000 values", "must be an array, not string"
	for sent, want := range map[string]string{
		`{"needed":"x","lists":[` + lists(1000) + `]}`:                                                    "",
		`{"needed":"x","lists":"[` + lists(1000) + `]"}`:                                                  "",
		`{"needed":"x","lists":"[` + lists(500_000) + `]"}`:                                               noList,
		`{"needed":"x","lists":[` + strings.Repeat(`"[`+strings.Repeat("1,", 150_000)+`1]",`, 3) + `[]]}`: tooMany,
		`{"needed":"x","text":"[` + strings.Repeat("1,", 500_000) + `1]"}`:                                "",
	} {
		if _, refusal := read(sent); !strings.Contains(refusal, want) || want == "" && refusal != "" {
			t.Errorf("%d bytes that begin with %.40s: %q", len(sent), sent, refusal)
		}
	}
}

// A refusal lists all problems at once, up to ten, and fits its budget.
func TestManyProblems(t *testing.T) {
	unknown := map[string]any{}
	for i := range 300 {
		unknown[fmt.Sprintf("%s %d", strings.Repeat("x", 5000), i)] = i
	}
	list := make([]string, 3000)
	for i := range list {
		list[i] = strings.Repeat("<\u202e", 100)
	}
	for name, c := range map[string]struct {
		arguments any
		wants     []string
	}{
		"unknown":  {unknown, []string{"needed: is required", "and 291 problems more"}},
		"elements": {map[string]any{"list": list}, []string{"needed: is required", "list.0: must be", "list.8: must be", "and 2,991 problems more"}},
		"both":     {map[string]any{"counts": 1, "flag": 2}, []string{"counts: is not an argument", "flag: must be a boolean", "needed: is required"}},
	} {
		data, err := json.Marshal(c.arguments)
		if err != nil {
			t.Fatal(err)
		}
		_, refusal := read(string(data))
		for _, want := range c.wants {
			if !strings.Contains(refusal, want) {
				t.Errorf("%s: %s is missing in\n%s", name, want, refusal)
			}
		}
		if len(refusal) >= DefaultBudget || strings.Count(refusal, "\n") > maxProblems+2 {
			t.Errorf("%s: %d bytes", name, len(refusal))
		}
	}
}

// A missing project is listed with the other problems, unless there is a default project.
func TestMissingProjectIsReportedWithOthers(t *testing.T) {
	type args struct {
		ProjectArgs
		JobID uuid.UUID `json:"job_id"`
	}
	derived := deriveSchemas[args, everyResult](Declaration{})
	for _, c := range []struct {
		arguments, fallback string
		project             bool
	}{
		{`{}`, "", true}, {`{"project":"","session_id":null}`, "", true}, {`{"projects":"a"}`, "", true},
		{`{}`, "shop", false}, {`{"project":"a"}`, "", false}, {`{"session_id":"a"}`, "", false},
	} {
		err := readArguments(derived, &Env{DefaultProject: c.fallback}, json.RawMessage(c.arguments), &args{})
		text := (&Env{}).Explain(Declaration{}, err)
		if !strings.Contains(text, "job_id: is required") || strings.Contains(text, "project: is required") != c.project {
			t.Errorf("%s: %s", c.arguments, text)
		}
	}
	if err := readArguments(derived, &Env{}, json.RawMessage(`{"job_id":"`+uuid.NewString()+`"}`), &args{}); err == nil {
		t.Error("no project is missed")
	}
}

// FuzzNormalizedArguments writes values plainly and in the forms that hosts have been
// seen to send: both are read as the same.
func FuzzNormalizedArguments(f *testing.F) {
	f.Add("some text", 5, 0.25, true, []byte{1, 2}, uint64(0))
	f.Add("\u202e\"{}", -3, 1e300, false, []byte{}, ^uint64(0))
	f.Add("24", math.MaxInt, 0.0, true, []byte{255}, uint64(0x5a5a5a5a5a5a5a5a))
	f.Fuzz(func(t *testing.T, text string, count int, ratio float64, flag bool, bytes []byte, style uint64) {
		if math.IsNaN(ratio) || math.IsInf(ratio, 0) || text == "" {
			t.Skip("not of JSON, or absent")
		}
		list := make([]int, len(bytes))
		for i, b := range bytes {
			list[i] = int(b)
		}
		plain := map[string]any{
			"needed": "x", "text": text, "ratio": ratio, "flag": flag, "count": max(count, -1000000), "list": list,
			"map": map[string]string{text: text}, "numbers": map[string]int{text: count},
			"inner": map[string]any{"text": text, "count": count, "flag": flag}, "null": count,
		}
		host := host{t, style}
		sent := host.object(plain)
		for _, left := range []string{"choice", "id", "lists", "words"} {
			if host.next(2) == 1 && left != "words" {
				sent[left] = nil
			} else {
				sent[left] = ""
			}
		}
		want, refusal := read(encodeJSON(t, plain))
		if refusal != "" {
			t.Fatal(refusal)
		}
		got, refusal := read(encodeJSON(t, sent))
		if refusal != "" || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v, not as %+v: %s", encodeJSON(t, sent), got, want, refusal)
		}
	})
}

// host writes arguments in other ways, by the bits of its style.
type host struct {
	t     *testing.T
	style uint64
}

func (h *host) next(n uint64) uint64 {
	h.style = h.style>>1 | h.style<<63
	return h.style % n
}

func (h *host) object(plain map[string]any) map[string]any {
	sent := map[string]any{}
	for _, name := range []string{"needed", "text", "ratio", "flag", "count", "list", "map", "numbers", "inner", "null"} {
		if value, ok := plain[name]; ok {
			sent[name] = h.value(value)
		}
	}
	return sent
}

func (h *host) value(value any) any {
	quote := func(v any) any {
		if h.next(2) == 1 {
			return encodeJSON(h.t, v)
		}
		return v
	}
	switch value := value.(type) {
	case int:
		digits := strconv.Itoa(value)
		return quote(json.Number([]string{digits, digits + ".0", digits + "e0", digits + ".0E+0", digits + ".000"}[h.next(5)]))
	case float64, bool:
		return quote(value)
	case []int:
		all := make([]any, len(value))
		for i := range value {
			all[i] = h.value(value[i])
		}
		return quote(all)
	case map[string]string:
		return quote(value)
	case map[string]int:
		all := map[string]any{}
		for name, n := range value {
			all[name] = h.value(n)
		}
		return quote(all)
	case map[string]any:
		return quote(h.object(value))
	}
	return value
}

func encodeJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// FuzzArguments reads any arguments. Normalized arguments are read as the same again, and
// refusals are short.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `7`, `{} {}`, `{"needed":"x","count":1e99999999999}`, `"{\"needed\":\"x\"}"`, `{"needed":"x","list":"[[[[[["}`,
		`{"needed":"x","sample":"1e2","partitions":"{}","hierarchy":"[1]","model":"","filter":null}`, "{\"\xff\":1}", `{"a":"\ud83d"}`,
		`{"needed":"x","inner":"\"{}\"","open":"5"}`, `{"needed":"x","attribute_schemas":{"a":"{}","b":{"n":1e999}}}`,
	} {
		f.Add(seed)
	}
	type jobArgs struct {
		everyKind
		langsmith.CreateInsightsJobRequest
	}
	derived := deriveSchemas[jobArgs, everyResult](Declaration{})
	f.Fuzz(func(t *testing.T, arguments string) {
		var args, again jobArgs
		err := readArguments(derived, &Env{}, json.RawMessage(arguments), &args)
		if err != nil {
			if text := (&Env{}).Explain(Declaration{Name: "any"}, err); len(text) >= DefaultBudget || strings.HasPrefix(text, "Failed") {
				t.Errorf("%q: %s", arguments, text)
			}
			return
		}
		normal, _, err := derived.check(json.RawMessage(arguments))
		if err != nil {
			t.Fatal(err)
		}
		if err := readArguments(derived, &Env{}, json.RawMessage(normal), &again); err != nil || !reflect.DeepEqual(args, again) {
			t.Errorf("%q becomes %s, which is read as something else: %v", arguments, normal, err)
		}
	})
}
