package paid

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// Call is a request to start a job. Its identity is computed once, by [NewCall].
type Call struct {
	LangSmith      *langsmith.Client
	Project        uuid.UUID
	Request        *langsmith.CreateInsightsJobRequest
	AllowDuplicate bool   // start another job although an equal call's is unfinished
	RequestID      string // of the tool call, for the log; empty for none
	Subject        string // the fingerprint of its caller, for the log; empty for none

	identity
}

// identity identifies the caller of a call, and the calls that are equal to it.
type identity struct {
	fingerprint string // of the credential; empty for none
	endpoint    string
	workspace   uuid.UUID // uuid.Nil for the credential's own
	payer       string    // digest of endpoint and credential, by which the jobs of a day are counted
	body        string    // digest of the request
	slot        state.Slot
}

// NewCall returns the call that starts a job over a project. The request must not change
// afterwards.
func NewCall(client *langsmith.Client, project uuid.UUID, request *langsmith.CreateInsightsJobRequest) (*Call, error) {
	body, err := canonicalJSON(request)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	id := newIdentity(client, project)
	id.body = digest("body/1", body)
	id.slot.Key = digest("call/1", []byte(id.slot.Scope), body)
	return &Call{LangSmith: client, Project: project, Request: request, identity: id}, nil
}

// newIdentity returns the identity of all calls of one caller in one project.
func newIdentity(client *langsmith.Client, project uuid.UUID) identity {
	id := identity{
		fingerprint: client.Fingerprint(),
		endpoint:    client.Endpoint().String(),
		workspace:   client.Credentials().Workspace,
	}
	id.slot.Caller = digest("caller/1", []byte(id.endpoint), id.workspace[:], []byte(id.fingerprint))
	id.slot.Scope = digest("scope/1", []byte(id.slot.Caller), project[:])
	// A key of several workspaces has one bill, with or without a named workspace.
	id.payer = digest("payer/1", []byte(id.endpoint), []byte(id.fingerprint))
	return id
}

// deletionSlot is the slot that records that a job was deleted.
func deletionSlot(slot state.Slot, job uuid.UUID) state.Slot {
	slot.Key = digest("deleted/1", []byte(slot.Scope), job[:])
	return slot
}

// Digest identifies what a person agrees to: it is the same for equal calls, and another
// one for a call that may start a second job.
func (c *Call) Digest() string {
	if c.AllowDuplicate {
		return digest("duplicate/1", []byte(c.slot.Key))
	}
	return c.slot.Key
}

// digest returns 128 bits of a SHA-256 in hexadecimal. The length of each part precedes
// it, so that different parts give different input.
func digest(what string, parts ...[]byte) string {
	hash := sha256.New()
	hash.Write([]byte(what))
	for _, part := range parts {
		hash.Write(append(strconv.AppendInt([]byte{' '}, int64(len(part)), 10), ':'))
		hash.Write(part)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// canonicalJSON encodes a request so that equal requests have equal bytes: 100, 100.0 and
// 1e2 are the same sample, and a time is the same in every zone. Absent, null and an
// explicit default stay different, because the API decides what they mean. Numbers in
// attribute_schemas are unchanged: they may have more digits than a float64.
func canonicalJSON(request *langsmith.CreateInsightsJobRequest) ([]byte, error) {
	return json.Marshal(request, json.WithMarshalers(json.JoinMarshalers(writeShortestNumber, writeUTC)), json.Deterministic(true),
		jsontext.ReorderRawObjects(true), jsontext.AllowDuplicateNames(true))
}

var writeShortestNumber = json.MarshalToFunc(func(encoder *jsontext.Encoder, n jsonv1.Number) error {
	value, err := n.Float64()
	if err != nil {
		return err
	}
	return encoder.WriteToken(jsontext.Float(value))
})

var writeUTC = json.MarshalToFunc(func(encoder *jsontext.Encoder, text langsmith.DateTime) error {
	at, err := text.Time()
	if err != nil { // which a tool has refused
		return encoder.WriteToken(jsontext.String(string(text)))
	}
	return encoder.WriteToken(jsontext.String(at.UTC().Format(time.RFC3339Nano)))
})
