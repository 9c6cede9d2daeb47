package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"langsmith-insights-mcp/langsmith"
)

// tokens are the operator's own bearer tokens. Only their hashes are kept and
// compared, each time all of them: what an answer takes tells nothing.
type tokens [][sha256.Size]byte

func newTokens(secrets []langsmith.Secret) tokens {
	var t tokens
	for _, secret := range secrets {
		t = append(t, hashToken(secret.Reveal()))
	}
	return t
}

func hashToken(token string) [sha256.Size]byte {
	return sha256.Sum256([]byte("langsmith-insights-mcp token\x00" + token))
}

func (t tokens) name() string { return "token" }

func (t tokens) admit(_ context.Context, token string) (string, error) {
	hash := hashToken(token)
	found := 0
	for i := range t {
		found |= subtle.ConstantTimeCompare(hash[:], t[i][:])
	}
	if found == 0 {
		return "", errUnknownToken
	}
	return "token:" + hex.EncodeToString(hash[:]), nil
}
