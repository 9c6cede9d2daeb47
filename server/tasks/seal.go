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

// Call is the tools/call that a task stands for.
type Call struct {
	Tool      string
	Arguments json.RawMessage
	Made      time.Time // to the millisecond
}

// sealedCall is a call as an id holds it.
type sealedCall struct {
	Tool      string          `json:"t"`
	Arguments json.RawMessage `json:"a"`
	Made      int64           `json:"m"` // Unix time in milliseconds
}

// Key seals the ids of one caller's tasks.
type Key [32]byte

// maxID bounds the ids that are read, in bytes. Those that are made hold two UUIDs or four.
const maxID = 2048

// errUnknown is the error of every id that no task has: made up, damaged, or sealed for
// somebody else.
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
	// An id has one spelling: the decoder would take line breaks, and any last bits.
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
		return nil, fmt.Errorf("make the cipher of task ids: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
