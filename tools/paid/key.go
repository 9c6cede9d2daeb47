package paid

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// identity says who makes a call and which calls are equal to it.
type identity struct {
	fingerprint string // of the credential; empty for none
	endpoint    string
	workspace   uuid.UUID // uuid.Nil for the credential's own
	caller      string    // digest of the three
	body        string    // digest of the request
	encoded     langsmith.EncodedJob
	slot        state.Slot
}

// identify computes a call's identity. The same endpoint, workspace,
// credential, project and body make two calls equal.
func identify(call Call) (identity, error) {
	encoded, err := call.Request.Encode()
	if err != nil {
		return identity{}, fmt.Errorf("encode the request: %w", err)
	}
	body, err := canonical(call.Request, encoded)
	if err != nil {
		return identity{}, fmt.Errorf("encode the request: %w", err)
	}
	credentials := call.LangSmith.Credentials()
	id := identity{
		fingerprint: credentials.Fingerprint(),
		endpoint:    call.LangSmith.Endpoint().String(),
		workspace:   credentials.Workspace,
		body:        digest("body/1", body),
		encoded:     encoded,
	}
	id.caller = digest("caller/1", []byte(id.endpoint), id.workspace[:], []byte(id.fingerprint))
	id.slot.Caller = id.caller
	id.slot.Scope = digest("scope/1", []byte(id.caller), call.Project[:])
	id.slot.Key = digest("call/1", []byte(id.slot.Scope), body)
	return id, nil
}

// digest names its parts, of which none can pass for another's end: 128 bits
// of a SHA-256 in hexadecimal.
func digest(what string, parts ...[]byte) string {
	hash := sha256.New()
	hash.Write([]byte(what))
	for _, part := range parts {
		var length [20]byte
		hash.Write(append(strconv.AppendInt(append(length[:0], ' '), int64(len(part)), 10), ':'))
		hash.Write(part)
	}
	var sum [sha256.Size]byte
	return hex.EncodeToString(hash.Sum(sum[:0])[:16])
}

// canonical encodes a request so that equal ones are equal bytes. encoded is the
// request as it is sent, which is canonical but for what a caller's own way of
// writing is kept of. Absent, null and a default that is spelled out stay
// different: what the API makes of them is its own affair.
func canonical(request *langsmith.CreateInsightsJobRequest, encoded langsmith.EncodedJob) (body []byte, err error) {
	body = encoded
	if sample, ok := request.Sample.Get(); ok {
		value, err := sample.Float64()
		plain := langsmith.ExactNumber(strconv.FormatFloat(value, 'f', -1, 64))
		if err == nil && plain != sample {
			rewritten := *request
			rewritten.Sample = langsmith.Some(plain)
			if body, err = rewritten.Encode(); err != nil {
				return nil, err
			}
		}
	}
	if _, ok := request.AttributeSchemas.Get(); ok {
		return withOrderedSchemas(body)
	}
	return body, nil
}

// withOrderedSchemas puts the names in a body's attribute_schemas in order and
// the texts in one form. Numbers stay: they may have more digits than a float64.
func withOrderedSchemas(body []byte) ([]byte, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	for decoder.PeekKind() != jsontext.KindEndObject {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		isSchemas := name.String() == "attribute_schemas"
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		if !isSchemas {
			continue
		}
		ordered, to := value.Clone(), int(decoder.InputOffset())
		if err := ordered.Format(jsontext.ReorderRawObjects(true), jsontext.AllowDuplicateNames(true)); err != nil {
			return nil, err
		}
		return slices.Concat(body[:to-len(value)], ordered, body[to:]), nil
	}
	return body, nil
}
