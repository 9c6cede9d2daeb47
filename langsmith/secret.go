package langsmith

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
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
