package tasks

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Call is the tools/call of a task.
type Call struct {
	Tool      string
	Arguments json.RawMessage
	Made      time.Time // to the millisecond
}

// sealedCall is the encoding of a call in an id.
type sealedCall struct {
	Tool      string          `json:"t"`
	Arguments json.RawMessage `json:"a"`
	Made      int64           `json:"m"` // Unix time in milliseconds
}

// Key seals the ids of one caller's tasks.
type Key [32]byte

// maxID is the longest id that is read, in bytes. The server's own hold two to four UUIDs.
const maxID = 2048

// errUnknown is the error for an id that is forged, damaged, or of another caller.
var errUnknown = errors.New("unknown task")

// seal returns the id of a call's task.
func seal(key Key, call Call) (string, error) {
	data, err := json.Marshal(sealedCall{call.Tool, call.Arguments, call.Made.UnixMilli()})
	if err != nil {
		return "", fmt.Errorf("encode a task's call: %w", err)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, data, nil)), nil
}

// open returns the call of an id, or errUnknown.
func open(key Key, id string) (Call, error) {
	if len(id) > maxID {
		return Call{}, errUnknown
	}
	sealed, err := base64.RawURLEncoding.DecodeString(id)
	// Only one spelling is valid: the decoder ignores line breaks and the last bits.
	if err != nil || base64.RawURLEncoding.EncodeToString(sealed) != id {
		return Call{}, errUnknown
	}
	aead, err := newAEAD(key)
	if err != nil {
		return Call{}, err
	}
	data, err := aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return Call{}, errUnknown
	}
	var call sealedCall
	if err := json.Unmarshal(data, &call); err != nil {
		return Call{}, errUnknown
	}
	return Call{call.Tool, call.Arguments, time.UnixMilli(call.Made)}, nil
}

func newAEAD(key Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("create the cipher of task ids: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
