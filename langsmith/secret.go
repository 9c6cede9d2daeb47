package langsmith

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// redacted is what takes a secret's place wherever it would be shown.
const redacted = "[redacted]"

// Secret is a credential. However it is printed, logged or marshalled it comes
// out as [redacted]; only [Secret.Reveal] gives it away, which is for the
// signing of requests.
//
// Two things are beyond it, since it is a string: fmt cannot ask the methods of
// an unexported field, and encoding/json not those of a map's key. Keep secrets
// in exported fields or in functions, and out of keys.
type Secret string

// Reveal returns the credential itself.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// Format keeps every verb, %q and %x among them, from showing the credential.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Fingerprint names a credential without giving it away: the first 64 bits of
// a SHA-256, in hexadecimal. Empty for an empty secret.
func (s Secret) Fingerprint() string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("langsmith credential\x00" + string(s)))
	return hex.EncodeToString(sum[:8])
}

// shortestSecret is the length below which a credential is not looked for in
// answers: replacing a word of a few letters would only garble them.
const shortestSecret = 6

// Redact replaces every occurrence of the secret in text, also as JSON, a URL
// or Go would escape it.
func (s Secret) Redact(text []byte) []byte { return s.redactor().redact(text) }

// redactor takes one secret out of many texts.
type redactor struct {
	forms func() [][]byte // no field, as in Client
}

func (s Secret) redactor() redactor {
	var forms [][]byte
	if len(s) >= shortestSecret {
		forms = s.forms()
	}
	return redactor{func() [][]byte { return forms }}
}

func (r redactor) redact(text []byte) []byte {
	for _, form := range r.forms() {
		if bytes.Contains(text, form) {
			text = bytes.ReplaceAll(text, form, []byte(redacted))
		}
	}
	return text
}

// forms are the ways in which others write the secret; for one of letters,
// digits and underscores they are all the same.
func (s Secret) forms() [][]byte {
	plain := string(s)
	forms := [][]byte{[]byte(plain)}
	add := func(form string) {
		if form != plain && !slices.ContainsFunc(forms, func(have []byte) bool { return string(have) == form }) {
			forms = append(forms, []byte(form))
		}
	}
	if quoted, err := json.Marshal(plain); err == nil {
		add(string(quoted[1 : len(quoted)-1]))
	}
	add(strings.ReplaceAll(plain, "/", `\/`)) // PHP's JSON, for one
	quoted := strconv.Quote(plain)
	add(quoted[1 : len(quoted)-1])
	add(url.QueryEscape(plain))
	add(url.PathEscape(plain))
	return forms
}
