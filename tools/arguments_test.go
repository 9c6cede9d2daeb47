package tools

import (
	"strings"
	"testing"
)

// What cannot be read as it was meant is refused before anything is spent.
func TestArgumentsThatCannotBeRead(t *testing.T) {
	for arguments, want := range map[string]string{
		`{"last_n_hours":24.0}`:                     "last_n_hours: must be a whole number",
		`{"hierarchy":[5,2e1]}`:                     "hierarchy.1: must be a whole number",
		`{"last_n_hours":99999999999999999999}`:     "last_n_hours: must be a whole number",
		`{"sample":10,"sample":1000}`:               `duplicate object member name "sample"`,
		"{\"name\":\"\xff\"}":                       "invalid UTF-8",
		`{"name":"\ud83d"}`:                         "invalid surrogate pair",
		`{"partitions":{"a":"1","a":"2"}}`:          `duplicate object member name "a"`,
		`{"sample":10} {}`:                          "one JSON object",
		`["sample"]`:                                "one JSON object",
		`{"Name":"a"}`:                              "did you mean name?",
		`{"attribute_schemas":{"a":{"x":1,"x":2}}}`: `duplicate object member name "x"`,
	} {
		var args createInsightsJobArgs
		err := createInsightsJob().schemas.decode([]byte(arguments), &args)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %s", arguments, err, want)
		}
	}
}

// A value that LangSmith is to have to the letter comes out as it went in.
func TestArgumentsKeptToTheLetter(t *testing.T) {
	var args createInsightsJobArgs
	const arguments = `{"sample":1e2,"attribute_schemas":{"b":{"z":1.50,"a":"\u00e9"},"a":{}},"last_n_hours":null,"start_time":"2026-01-31T00:00:00.000Z"}`
	if err := createInsightsJob().schemas.decode([]byte(arguments), &args); err != nil {
		t.Fatal(err)
	}
	body, err := args.CreateInsightsJobRequest.Encode()
	const want = `{"start_time":"2026-01-31T00:00:00.000Z","last_n_hours":null,"sample":1e2,"attribute_schemas":{"a":{},"b":{"z":1.50,"a":"\u00e9"}}}`
	if string(body) != want || err != nil {
		t.Errorf("%s, %v", body, err)
	}
}
