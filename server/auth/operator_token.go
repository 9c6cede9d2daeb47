package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"langsmith-insights-mcp/langsmith"
)

// operatorTokens are the hashes of the bearer tokens of --auth-token. A check compares all
// of them, so that its duration does not depend on the token.
type operatorTokens [][sha256.Size]byte

func newOperatorTokens(secrets []langsmith.Secret) operatorTokens {
	var t operatorTokens
	for _, secret := range secrets {
		t = append(t, hashToken(secret.Reveal()))
	}
	return t
}

func hashToken(token string) [sha256.Size]byte {
	return sha256.Sum256([]byte("langsmith-insights-mcp token\x00" + token))
}

func (t operatorTokens) verify(_ context.Context, token string) (Identity, error) {
	hash := hashToken(token)
	found := 0
	for i := range t {
		found |= subtle.ConstantTimeCompare(hash[:], t[i][:])
	}
	if found == 0 {
		return Identity{}, errUnknownToken
	}
	return Identity{Subject: "token:" + hex.EncodeToString(hash[:]), Method: "token", Fingerprint: fingerprint(token)}, nil
}
