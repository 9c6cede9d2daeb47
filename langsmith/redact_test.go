package langsmith_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// encodings are the ways in which a response may contain a credential: with each character
// escaped, or encoded as a whole.
var encodings = map[string]func(string) string{
	"as it is":          func(s string) string { return s },
	"upper case":        strings.ToUpper,
	"lower case":        strings.ToLower,
	"JSON":              func(s string) string { return formatEach(s, `\u%04x`) },
	"JSON upper":        func(s string) string { return formatEach(s, `\u%04X`) },
	"JSON in JSON":      func(s string) string { return formatEach(s, `\\u%04x`) },
	"Python":            func(s string) string { return formatEach(s, `\x%02x`) },
	"URL":               url.QueryEscape,
	"URL, each letter":  func(s string) string { return formatEach(s, `%%%02X`) },
	"URL twice":         func(s string) string { return formatEach(s, `%%25%02x`) },
	"HTML":              html.EscapeString,
	"HTML, decimal":     func(s string) string { return formatEach(s, `&#%d;`) },
	"HTML, hexadecimal": func(s string) string { return formatEach(s, `&#x%X;`) },
	"HTML twice":        func(s string) string { return formatEach(s, `&amp;#%d;`) },
	"URL in HTML":       func(s string) string { return formatEach(s, `&#37;%02x`) },
	"base64":            func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 for URLs":   func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"base64, basic":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s + ":more")) },
	"base64, one more":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte("x" + s + "y")) },
	"base64 in a URL":   func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
	"hexadecimal":       func(s string) string { return hex.EncodeToString([]byte(s)) },
	"Go":                func(s string) string { return strings.Trim(fmt.Sprintf("%q", s), `"`) },
	"mixed": func(s string) string {
		half := len(s) / 2
		return strings.ToUpper(s[:half]) + formatEach(s[half:half+1], `\u%04x`) + formatEach(s[half+1:], `%%%02x`)
	},
}

// formatEach formats every byte of a text.
func formatEach(text, format string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

func TestRedactEncodings(t *testing.T) {
	for _, secret := range []string{key, `p"ss/w<rd&+=% end`, "lsv2_sk_0123456789abcdef0123456789abcdef_0123456789=="} {
		for name, write := range encodings {
			got := string(langsmith.Secret(secret).Redact([]byte("before " + write(secret) + " after")))
			rest := strings.TrimSuffix(strings.TrimPrefix(got, "before "), " after")
			if !strings.Contains(rest, "[redacted]") || len(rest) > len("[redacted]")+20 || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s of %s: %s", name, secret, got)
			}
		}
	}
	for _, text := range []string{"", "abc", `\`, `\u`, `\u00`, "%", "%4", "%zz", "&", "&#", "&#;", "&amp", "lsv2", `\\\\\\`, "%25%25%25", "\xff\xfe", "日本語 & \\n"} {
		if got := string(langsmith.Secret(key).Redact([]byte(text))); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// A key that LangSmith echoes is redacted in every field and attribute name, in each of its
// forms, and the response is still read.
func TestEncodedKeyIsRedacted(t *testing.T) {
	for name, write := range encodings {
		for quoting, quoted := range map[string]string{"as it stands": write(key), "escaped once more": escapeKey(t, write(key))} {
			body := `{"offset":null,"runs":[{"id":"33333333-3333-4333-8333-333333333333","name":"a ` + quoted + ` b","inputs":{"` + quoted + `":["` + quoted + `"]}}]}`
			page, err := clientOf(body).ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{})
			switch {
			case err != nil || len(page.Runs) != 1:
				t.Errorf("%s %s: %+v, %v", name, quoting, page, err)
			default:
				if run := page.Runs[0]; !strings.Contains(run.Name, "[redacted]") || strings.Count(string(run.Inputs), "[redacted]") != 2 || !json.Valid(run.Inputs) {
					t.Errorf("%s %s: %q, %s", name, quoting, run.Name, run.Inputs)
				}
			}
			_, err = client(newUpstream(newReply(http.StatusForbidden, `{"detail":"`+quoted+`"}`))).ListJobs(t.Context(), project, uuid.Nil, 0, 0)
			if text := failure(t, err).Error(); strings.Contains(text, quoted) || strings.Contains(strings.ToLower(text), strings.ToLower(key)) {
				t.Errorf("%s %s: the error shows the key: %s", name, quoting, text)
			}
		}
	}
}

func escapeKey(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted[1 : len(quoted)-1])
}

// BenchmarkRedact redacts the slowest kind of text, with the beginnings of escapes and of the
// key everywhere.
func BenchmarkRedact(b *testing.B) {
	for name, text := range map[string]string{
		"words":       "The return was confirmed, the money is missing, and refunds.lookup times out. ",
		"backslashes": `\`, "percent": "%25", "ampersands": "&amp;", "entities": "&#38;#", "beginnings": key[:len(key)-1], "mixed": `\%&`, "escapes": `\u005c`,
	} {
		b.Run(name, func(b *testing.B) {
			long := []byte(strings.Repeat(text, 1<<20/len(text)))
			b.SetBytes(int64(len(long)))
			for b.Loop() {
				langsmith.Secret(key).Redact(long)
			}
		})
	}
}
