package langsmith

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// sanitizeBody redacts the credential in a response's body, and replaces invalid UTF-8
// and unpaired surrogates by U+FFFD. In JSON it does so in the unescaped strings,
// including the names of members, and leaves everything else unchanged.
func sanitizeBody(body []byte, secret redactor) []byte {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var out []byte
	kept := 0 // how much of body is in out
	for {
		if decoder.PeekKind() != jsontext.KindString {
			if _, err := decoder.ReadToken(); err != nil {
				break
			}
			continue
		}
		quoted, err := decoder.ReadValue()
		if err != nil {
			break
		}
		text, invalid := jsontext.AppendUnquote(nil, quoted)
		clean := secret.redact(text)
		if invalid == nil && len(clean) == len(text) && bytes.Equal(clean, text) {
			continue
		}
		end := int(decoder.InputOffset())
		out = append(out, body[kept:end-len(quoted)]...)
		out, _ = jsontext.AppendQuote(out, clean) // its only error is about invalid UTF-8, which it replaces
		kept = end
	}
	if int(decoder.InputOffset()) < len(bytes.TrimRight(body, " \t\r\n")) {
		return bytes.ToValidUTF8(secret.redact(body), []byte("\uFFFD")) // not JSON
	}
	if kept == 0 {
		return body
	}
	return append(out, body[kept:]...)
}
