package filter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/filter"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// refund returns the run that the tests match expressions with.
func refund() *trace.Run {
	cost := 0.012
	return &trace.Run{
		ID:               uuid.MustParse("11111111-1111-4111-8111-111111111111"),
		TraceID:          uuid.MustParse("11111111-1111-4111-8111-111111111111"),
		Name:             "support-assistant",
		Type:             trace.Chain,
		Status:           trace.Failed,
		Error:            "ToolError: refunds timed out",
		Start:            start,
		End:              start.Add(2500 * time.Millisecond),
		Inputs:           map[string]any{"question": "Where is my Refund?"},
		Outputs:          map[string]any{"answer": "It says \"soon\"."},
		Tags:             []string{"beta", "eu"},
		Metadata:         map[string]any{"plan": "pro", "turns": 3.0, "region": "eu", "thread_id": "t-1"},
		ThreadID:         "t-1",
		PromptTokens:     900,
		CompletionTokens: 100,
		Cost:             &cost,
		Feedback:         map[string]float64{"user_score": 0, "accuracy": 0.9},
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`eq(status, "error")`:                                      true,
		`eq(status, 'success')`:                                    false,
		`neq(error, null)`:                                         true,
		`eq(error, null)`:                                          false,
		`eq(name, "support-assistant")`:                            true,
		`eq(run_type, "llm")`:                                      false,
		`eq(is_root, true)`:                                        true,
		`neq(is_root, "true")`:                                     false,
		`eq(parent_run_id, null)`:                                  true,
		`eq(thread_id, "t-1")`:                                     true,
		`eq(id, "11111111-1111-4111-8111-111111111111")`:           true,
		`gt(latency, 2)`:                                           true,
		`gt(latency, "2s")`:                                        true,
		`gt(latency, "3s")`:                                        false,
		`lte(latency, 2.5)`:                                        true,
		`gte(total_tokens, 1000)`:                                  true,
		`gt(total_tokens, 1000)`:                                   false,
		`lt(prompt_tokens, 901)`:                                   true,
		`eq(completion_tokens, 1e2)`:                               true,
		`lt(total_cost, 0.02)`:                                     true,
		`gt(start_time, "2026-03-02T09:59:59Z")`:                   true,
		`lt(start_time, "2026-03-02")`:                             false,
		`eq(start_time, "2026-03-02T10:00:00")`:                    true,
		`lt(end_time, "2026-03-02T12:00:03+02:00")`:                true,
		`has(tags, "beta")`:                                        true,
		`has(tags, "bet")`:                                         false,
		`or(has(tags, "x"), has(tags, "eu"))`:                      true,
		`not(has(tags, "beta"))`:                                   false,
		`has(metadata, '{"plan": "pro", "turns": 3}')`:             true,
		`has(metadata, '{"plan": "free"}')`:                        false,
		`search("refund WHERE")`:                                   true,
		`search("timed out soon")`:                                 true,
		`search("invoice")`:                                        false,
		`search('says "soon"')`:                                    true,
		`search("says \"soon\"")`:                                  true,
		`eq(name, "5\" disk")`:                                     false,
		`in(run_type, ["llm", "chain"])`:                           true,
		`in(run_type, [])`:                                         false,
		`in(metadata_key, ["session_id", "thread_id"])`:            true,
		`and(eq(metadata_key, "plan"), eq(metadata_value, "pro"))`: true,
		`and(eq(metadata_key, "turns"), gte(metadata_value, 3))`:   true,
		`and(eq(metadata_key, "turns"), eq(metadata_value, "3"))`:  true,
		`and(eq(input_key, "question"), neq(input_value, "x"))`:    true,
		`eq(output_key, "nothing")`:                                false,
		`eq(feedback_score, 0.9)`:                                  true,
		`and(eq(is_root, true), and(eq(feedback_key, "user_score"), lt(feedback_score, 0.5)))`: true,
		` and ( eq ( status , "error" ) , gt( latency,1 ) ) `:                                  true,
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.Match(refund()); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// A key and a value in the same and(...) apply to the same pair.
func TestKeyAndValueOfSamePair(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`and(eq(feedback_key, "user_score"), gt(feedback_score, 0.5))`:                                                             false,
		`and(eq(feedback_key, "accuracy"), gt(feedback_score, 0.5))`:                                                               true,
		`and(eq(metadata_key, "plan"), eq(metadata_value, "eu"))`:                                                                  false,
		`and(and(eq(metadata_key, "plan"), eq(metadata_value, "pro")), and(eq(metadata_key, "region"), eq(metadata_value, "eu")))`: true,
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(refund()); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// A missing value matches only a comparison with null, and inequality.
func TestMissingValues(t *testing.T) {
	t.Parallel()
	bare := &trace.Run{Name: "bare", Start: start, Status: trace.Pending}
	for text, want := range map[string]bool{
		`gt(latency, 0)`:            false,
		`lt(latency, 100)`:          false,
		`lt(total_cost, 100)`:       false,
		`eq(total_cost, null)`:      true,
		`eq(end_time, null)`:        true,
		`neq(error, "x")`:           true,
		`eq(error, null)`:           true,
		`lt(feedback_score, 1)`:     false,
		`not(has(tags, "x"))`:       true,
		`has(metadata, '{"a": 1}')`: false,
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(bare); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		``:                                  "unexpected token",
		`status`:                            "expected",
		`status = "error"`:                  "invalid input text",
		`eq(status, "error"`:                `expected ")"`,
		`eq(status, "error))`:               "a string is not closed",
		`eq(status)`:                        "eq takes a field and a value",
		`eq("status", "error")`:             "eq takes a field and a value",
		`eq(colour, "red")`:                 "unknown field colour; known are completion_tokens",
		`equals(status, "error")`:           "unknown function equals",
		`gt(latency, "soon")`:               `gt(latency): "soon" is not a number`,
		`gt(start_time, "soon")`:            `"soon" is not a time`,
		`gt(start_time, 5)`:                 "5 does not fit this field",
		`gt(error, null)`:                   "null has no order",
		`gt(is_root, true)`:                 "true and false have no order",
		`eq(is_root, "maybe")`:              "neither true nor false",
		`eq(status, eq(name, "x"))`:         "not an expression",
		`in(status, "error")`:               "a list such as",
		`in(status, ["a", b])`:              "b is not a value here",
		`and()`:                             "and needs an expression",
		`and("x")`:                          "and takes expressions",
		`not(eq(name, "a"), eq(name, "b"))`: "not takes one expression",
		`has(name, "x")`:                    "has looks into tags or metadata",
		`has(metadata, "plan")`:             "JSON object",
		`search(name, "x")`:                 "search takes one string",
		`eq(status, "error") extra`:         "unexpected token",
		strings.Repeat("and(", 40) + strings.Repeat(")", 40):      "nested deeper than 32 levels",
		`search("` + strings.Repeat("x", filter.MaxLength) + `")`: "longer than 10000 bytes",
	} {
		_, err := filter.Parse(text)
		if err == nil {
			t.Errorf("%.40s: accepted", text)
		} else if !strings.Contains(err.Error(), reason) {
			t.Errorf("%.40s: %q lacks %q", text, err, reason)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`and(eq(status, "error"), gt(latency, 2))`,
		`has(metadata, '{"a": {"b": [1, null]}}')`,
		`not(or(search("x\u00e9\x80\q"), in(name, ["a", 1, null])))`,
		`eq(feedback_score, 1e999)`, `[[[[`, `"\`, `eq(a,"`, "search('\xff\\xff')",
	} {
		f.Add(seed)
	}
	run, bare := refund(), &trace.Run{}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("the error has no message")
			}
			return
		}
		again, err := filter.Parse(text)
		if err != nil {
			t.Fatalf("parsing again failed: %v", err)
		}
		for _, r := range []*trace.Run{run, bare} {
			if parsed.Match(r) != again.Match(r) {
				t.Error("matching the same run twice gave different results")
			}
		}
	})
}
