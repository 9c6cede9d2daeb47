package langsmith_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"langsmith-insights-mcp/langsmith"
)

func TestErrorBodies(t *testing.T) {
	type fields = []langsmith.FieldError
	for name, c := range map[string]struct {
		body          string
		message, code string
		fields        fields
		notJSON       bool
	}{
		"nothing":       {``, "", "", nil, false},
		"blanks":        {" \n", "", "", nil, false},
		"a text":        {`{"detail":"Session not found"}`, "Session not found", "", nil, false},
		"model secrets": {`{"detail":"['ANTHROPIC_API_KEY']"}`, "['ANTHROPIC_API_KEY']", "", nil, false},
		"FastAPI": {
			`{"detail":[{"loc":["body","partitions"],"msg":"too long","type":"too_long"},{"loc":["query","limit"],"msg":"at most 100"}]}`,
			"", "", fields{{"partitions", "too long"}, {"limit", "at most 100"}}, false,
		},
		"FastAPI, deep":         {`{"detail":[{"loc":["body","config","hierarchy",0],"msg":"not an integer"}]}`, "", "", fields{{"config.hierarchy.0", "not an integer"}}, false},
		"FastAPI, no place":     {`{"detail":[{"msg":"bad"},{"loc":null,"msg":"worse"},{"loc":["body"],"msg":"worst"}]}`, "", "", fields{{"", "bad"}, {"", "worse"}, {"", "worst"}}, false},
		"a list of texts":       {`{"detail":["one","two"]}`, "", "", fields{{"", "one"}, {"", "two"}}, false},
		"an object":             {`{"detail":{"error":"quota_exceeded","message":"No more today"}}`, "No more today", "quota_exceeded", nil, false},
		"a code":                {`{"error":"org_scoped_key_requires_workspace"}`, "", "org_scoped_key_requires_workspace", nil, false},
		"an error's words":      {`{"error":"You shall not pass."}`, "You shall not pass.", "", nil, false},
		"an error's object":     {`{"error":{"code":"forbidden","message":"No access"}}`, "No access", "forbidden", nil, false},
		"ingestion":             {`{"error":"Conflict","details":"payload already received"}`, "payload already received", "Conflict", nil, false},
		"ingestion, words":      {`{"error":"Bad batch!","details":"run 3"}`, "Bad batch!: run 3", "", nil, false},
		"RFC 7807":              {`{"type":"about:blank","title":"Forbidden","status":403,"detail":"Key expired"}`, "Key expired", "", nil, false},
		"RFC 7807, short":       {`{"type":"about:blank","title":"Forbidden","status":403}`, "Forbidden", "", nil, false},
		"a message and a code":  {`{"message":"Nope","code":"E42"}`, "Nope", "E42", nil, false},
		"JSON text":             {`"Internal error"`, "Internal error", "", nil, false},
		"plain text":            {"upstream connect error\r\n  reset", "upstream connect error reset", "", nil, true},
		"HTML":                  {"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "", "", nil, true},
		"HTML behind blanks":    {"\n\n  <html>", "", "", nil, true},
		"bytes":                 {"\x1f\x8b\x00\x01\x02\xff", "", "", nil, true},
		"other JSON":            {`[1,2,3]`, "[1,2,3]", "", nil, true},
		"null":                  {`null`, "", "", nil, false},
		"odd types":             {`{"detail":7,"error":[],"message":null,"code":{}}`, "", "", nil, false},
		"control signs":         {`{"detail":"a\u0000b\u001b[31mred\u202e"}`, "a b [31mred", "", nil, false},
		"several lines":         {`{"detail":"one\ntwo\t three"}`, "one two three", "", nil, false},
		"detail null, error":    {`{"detail":null,"error":"gone"}`, "", "gone", nil, false},
		"detail and error both": {`{"detail":"what happened","error":"E_CODE"}`, "what happened", "E_CODE", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			failed := failure(t, create(t.Context(), client(newUpstream(newReply(http.StatusBadRequest, c.body)))))
			if failed.Message != c.message || failed.Code != c.code || failed.NotJSON != c.notJSON {
				t.Errorf("message %q, code %q, not JSON %t\nwant    %q, code %q, not JSON %t",
					failed.Message, failed.Code, failed.NotJSON, c.message, c.code, c.notJSON)
			}
			if !slices.Equal(failed.Fields, c.fields) {
				t.Errorf("fields %v, want %v", failed.Fields, c.fields)
			}
			if text := failed.Error(); !strings.Contains(text, "400 Bad Request") || !strings.Contains(text, c.message) || strings.ContainsAny(text, "\n\r\x00\x1b") {
				t.Errorf("the error is %q", text)
			}
		})
	}
}

func TestErrorTextsAreBounded(t *testing.T) {
	long := strings.Repeat("wörter ", 1000)
	list := `[` + strings.Repeat(`{"loc":["body","`+strings.Repeat("x", 5000)+`"],"msg":"`+long+`"},`, 99) + `{}]`
	for _, body := range []string{`{"detail":"` + long + `"}`, long, `{"error":"` + long + `","details":"` + long + `"}`, `{"detail":` + list + `}`} {
		failed := failure(t, create(t.Context(), client(newUpstream(newReply(http.StatusBadRequest, body)))))
		if text := failed.Error(); len(text) > 32_000 || !utf8.ValidString(text) {
			t.Errorf("an error of %d bytes, valid %t", len(text), utf8.ValidString(text))
		}
		if !strings.Contains(failed.Error(), "…") {
			t.Errorf("the error does not say that the text was cut: %.100s", failed.Error())
		}
	}
}

func TestErrorTexts(t *testing.T) {
	for want, one := range map[string]reply{
		"POST " + strings.TrimPrefix(base, "/api/v1") + ": LangSmith answered 403 Forbidden (org_scoped_key_requires_workspace): set the workspace": newReply(403,
			`{"detail":{"error":"org_scoped_key_requires_workspace","message":"set the workspace"}}`),
		"LangSmith answered 422 Unprocessable Entity; sample: too many; name: too long": newReply(422,
			`{"detail":[{"loc":["body","sample"],"msg":"too many"},{"loc":["body","name"],"msg":"too long"}]}`),
		"LangSmith answered 599": newReply(599, ""),
		"connection reset":       failedReply(errReset),
		"LangSmith answered 200 OK: the response lacks what the API documents":    newReply(200, "{}"),
		"LangSmith answered 200 OK: the response is not what the API documents: ": newReply(200, "<html>"),
		"redirected to https://login.example/in, which is not followed":           newReply(307, "<html>", "Location", "https://me:pw@login.example/in?state=s#x"),
	} {
		if err := create(t.Context(), client(newUpstream(one))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestTooManyJobs(t *testing.T) {
	for body, want := range map[string]bool{
		`{"detail":"Too many concurrent Insights jobs"}`:                          true,
		`{"detail":{"error":"x","message":"too many concurrent insights jobs."}}`: true,
		`{"error":"too_many_concurrent_jobs"}`:                                    true,
		`{"detail":"Too many concurrent requests"}`:                               false,
		`{"detail":"Rate limit exceeded"}`:                                        false,
		`<html>Too many requests</html>`:                                          false,
	} {
		// Retry-After exceeds the bound, so that the request is not retried.
		failed := failure(t, create(t.Context(), client(newUpstream(newReply(429, body, "Retry-After", "3600")))))
		fromLangSmith := strings.HasPrefix(body, "{") // not from a gateway
		if failed.TooManyJobs() != want || failed.Unprocessed != fromLangSmith || failed.RetryAfter != time.Hour {
			t.Errorf("%s: too many jobs %t, unprocessed %t, retry after %s", body, failed.TooManyJobs(), failed.Unprocessed, failed.RetryAfter)
		}
	}
	if (&langsmith.Error{Status: 500, Message: "Too many concurrent Insights jobs"}).TooManyJobs() {
		t.Error("TooManyJobs is true for a 500")
	}
}

func TestNeedsWorkspace(t *testing.T) {
	for body, want := range map[string]bool{
		`{"error":"org_scoped_key_requires_workspace"}`:                            true,
		`{"detail":{"error":"org_scoped_key_requires_workspace","message":"set"}}`: true,
		`{"detail":"org_scoped_key_requires_workspace: set X-Tenant-Id"}`:          true,
		`{"error":"forbidden"}`: false,
		``:                      false,
	} {
		failed := failure(t, create(t.Context(), client(newUpstream(newReply(403, body)))))
		if failed.NeedsWorkspace() != want {
			t.Errorf("%s: needs a workspace: %t", body, failed.NeedsWorkspace())
		}
	}
}
