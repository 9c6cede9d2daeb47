package paid

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

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
func canonical(request *langsmith.CreateInsightsJobRequest, encoded langsmith.EncodedJob) (langsmith.EncodedJob, error) {
	plain := *request
	sample, sampled := request.Sample.Get()
	if value, err := sample.Float64(); sampled && err == nil {
		plain.Sample = langsmith.Some(langsmith.ExactNumber(strconv.FormatFloat(value, 'f', -1, 64)))
	}
	schemas, extracts := request.AttributeSchemas.Get()
	if !extracts && plain.Sample == request.Sample {
		return encoded, nil
	}
	ordered := make(map[string]langsmith.AttributeSchema, len(schemas))
	for name, schema := range schemas {
		var err error
		if ordered[name], err = schema.Canonical(); err != nil {
			return nil, err
		}
	}
	if extracts {
		plain.AttributeSchemas = langsmith.Some(ordered)
	}
	return plain.Encode()
}
