package langsmith

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// redacted replaces a secret in every output.
const redacted = "[redacted]"

// Secret is a credential. It prints, logs and marshals as [redacted]. Only
// [Secret.Reveal] returns the credential, for signing requests.
//
// Since it is a string, there are two exceptions: fmt cannot call the methods of an
// unexported field, and encoding/json not those of a map key. Keep secrets in exported
// fields or in functions, and out of keys.
type Secret string

// Reveal returns the credential itself.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// Format implements fmt.Formatter, so that no verb, such as %x, prints the credential.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Fingerprint identifies a credential without revealing it: the first 64 bits of its
// SHA-256, in hexadecimal. It is empty for an empty secret.
func (s Secret) Fingerprint() string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("langsmith credential\x00" + string(s)))
	return hex.EncodeToString(sum[:8])
}
