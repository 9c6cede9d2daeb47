package tool

import (
	"errors"

	"github.com/google/uuid"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// JobID names a job of a project: by its UUID, or as [LatestJob]. Empty means no job. A
// call's arguments have no other value.
type JobID string

// LatestJob is the newest job of the project that succeeded.
const LatestJob JobID = "latest"

// UUID returns the id, uuid.Nil for [LatestJob] and for no job.
func (id JobID) UUID() uuid.UUID {
	parsed, _ := ParseUUID(string(id))
	return parsed
}

// ParseUUID reads a UUID in the only form that results show. Other forms, which uuid.Parse
// accepts too, may be names.
func ParseUUID(text string) (id uuid.UUID, ok bool) {
	const length = len("5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11")
	id, err := uuid.Parse(text)
	if err != nil || len(text) != length {
		return uuid.Nil, false
	}
	return id, true
}

// jobIDFormat is the format of arguments of type [JobID]. Clients do not know it, so it is
// not published.
var jobIDFormat = &validator.Format{Name: "job-id", Validate: func(value any) error {
	text, isText := value.(string)
	if _, isUUID := ParseUUID(text); isText && !isUUID && JobID(text) != LatestJob {
		return errors.New("neither a UUID nor latest")
	}
	return nil
}}
