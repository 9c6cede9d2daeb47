package langsmith

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// cleanBody returns an answer's body without the credential, and with U+FFFD for
// what is no Unicode: half a surrogate pair, or a byte that is no UTF-8. In JSON
// it looks at the strings as they are meant, names of members included, and
// leaves everything else as it is.
func cleanBody(body []byte, secret redactor) []byte {
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
		out, _ = jsontext.AppendQuote(out, clean) // what it has to say of invalid bytes is mended before
		kept = end
	}
	if int(decoder.InputOffset()) < len(bytes.TrimRight(body, " \t\r\n")) {
		return bytes.ToValidUTF8(secret.redact(body), []byte("\uFFFD")) // no JSON
	}
	if kept == 0 {
		return body
	}
	return append(out, body[kept:]...)
}
