package langsmith_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

// containsKey reports whether text contains a secret or a recognizable part of it, plainly, in
// hexadecimal or escaped.
func containsKey(text, secret string) bool {
	if secret == "" {
		return false
	}
	part := secret[len(secret)/4 : len(secret)/2]
	for _, form := range []string{part, fmt.Sprintf("%x", part), fmt.Sprintf("%X", part), fmt.Sprintf("%d", []byte(part)), url.QueryEscape(part)} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func TestSecretsPrintAsRedacted(t *testing.T) {
	type holder struct {
		Public langsmith.Credentials
		List   []langsmith.Secret
		Map    map[string]langsmith.Secret
	}
	secret := langsmith.Secret(key)
	credentials := langsmith.Credentials{APIKey: secret, BearerToken: secret}
	options := langsmith.Options{Credentials: credentials, Transport: newUpstream(newReply(200, `{}`))}
	values := []any{
		secret, &secret, credentials, &credentials, options, langsmith.New(options), *langsmith.New(options),
		holder{credentials, []langsmith.Secret{secret}, map[string]langsmith.Secret{"key": secret}},
		struct{ client *langsmith.Client }{langsmith.New(options)},
		&struct {
			inner struct{ client *langsmith.Client }
		}{struct{ client *langsmith.Client }{langsmith.New(options)}},
	}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%b", "%c", "%U", "%t", "%T"} {
			if text := fmt.Sprintf(verb, value); containsKey(text, key) {
				t.Errorf("%s shows the secret of a %T: %s", verb, value, text)
			}
		}
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&b, nil)).Info("json", "value", value)
		if text, err := json.Marshal(value); err == nil {
			b.Write(text)
		}
		if text, err := xml.Marshal(value); err == nil {
			b.Write(text)
		}
		if containsKey(b.String(), key) {
			t.Errorf("a log or an encoder shows the secret of a %T: %s", value, b.String())
		}
	}
	if text, _ := json.Marshal(credentials); !strings.Contains(string(text), `"APIKey":"[redacted]"`) {
		t.Errorf("encoded as %s", text)
	}
	if secret.Reveal() != key {
		t.Error("Reveal returns a different value")
	}
}

func TestRedact(t *testing.T) {
	secret := langsmith.Secret(`p"ss/w<rd ü+=`)
	escaped, err := json.Marshal(string(secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		string(secret), string(escaped),
		url.QueryEscape(string(secret)), url.PathEscape(string(secret)), fmt.Sprintf("%q", string(secret)),
	} {
		got := string(secret.Redact([]byte("before " + text + " after")))
		if !strings.Contains(got, "[redacted]") || strings.Contains(got, "rd") || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s was redacted to %s", text, got)
		}
	}
	if got := string(langsmith.Secret("abc").Redact([]byte("abcdef"))); got != "abcdef" {
		t.Errorf("a short secret is redacted in %s", got)
	}
	if got := string(langsmith.Secret("").Redact([]byte("text"))); got != "text" {
		t.Errorf("without a secret, text was changed to %s", got)
	}
}

// A key that LangSmith or a proxy echoes is redacted in every error and result.
func TestEchoedKeyIsRedacted(t *testing.T) {
	const inJSON = `{"detail":"the key ` + key + ` is not known"}`
	echoes := map[string]reply{
		"a text in an error":     newReply(http.StatusForbidden, inJSON),
		"a code":                 newReply(http.StatusForbidden, `{"error":"`+key+`"}`),
		"a field":                newReply(http.StatusUnprocessableEntity, `{"detail":[{"loc":["header","`+key+`"],"msg":"bad `+key+`"}]}`),
		"plain text":             newReply(http.StatusBadRequest, "no such key "+key),
		"markup":                 newReply(http.StatusForbidden, "<html>"+key),
		"a redirect":             newReply(http.StatusFound, "", "Location", "https://login.example/"+key+"/in?next="+key),
		"a broken redirect":      newReply(http.StatusFound, "", "Location", "https://login.example:"+key+"/%zz"),
		"Retry-After":            newReply(http.StatusBadRequest, "", "Retry-After", key),
		"a transport's error":    failedReply(errors.New(`malformed HTTP response "X-API-Key: ` + key + `"`)),
		"a wrapped error":        failedReply(fmt.Errorf("proxy said %w", &url.Error{Op: "Get", URL: "https://x/" + key, Err: errors.New(key)})),
		"an answer of its own":   newReply(http.StatusOK, `{"id":"22222222-2222-4222-8222-222222222222","name":"`+key+`","error":"`+key+`"}`),
		"an answer that is none": newReply(http.StatusOK, `{"id":"`+key+`"}`),
		"an answer cut off":      truncatedReply(`{"id":"` + key),
	}
	for name, echo := range echoes {
		t.Run(name, func(t *testing.T) {
			caller := client(newUpstream(echo))
			created, err := caller.CreateInsightsJob(t.Context(), project, &langsmith.CreateInsightsJobRequest{})
			text := fmt.Sprintf("%v %+v %#v", created, created, created)
			for ; err != nil; err = errors.Unwrap(err) {
				text += fmt.Sprintf("%v %+v %#v", err, err, err)
			}
			if containsKey(text, key) {
				t.Errorf("the key is in %s", text)
			}
		})
	}
}
