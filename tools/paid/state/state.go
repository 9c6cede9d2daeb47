package state

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Slot is what equal calls have in common. All parts are digests.
type Slot struct {
	Caller string // the caller, whose entries in a memory are bounded
	Scope  string // the caller and the project
	Key    string // the call, unique across scopes
}

// Tally counts the jobs that one caller started in one day.
type Tally struct {
	Caller string // a digest
	Day    string // 2006-01-02, in UTC
}

// Lifetime is how long an entry is kept. A report takes half an hour; a job that LangSmith
// still shows as running days later must not be started again.
const Lifetime = keptDays * 24 * time.Hour

// SlotEntries has the entries of a slot.
type SlotEntries struct {
	Entries []Entry
	Damaged bool // some entries could not be read, or are surely lost
}

// SurveyResult has the memory of all calls of one caller in one project.
type SurveyResult struct {
	Started []uuid.UUID // the jobs that surely belong to a call
	Open    []Entry     // the intents without an outcome; only Token and Began are always set
	Damaged bool
}

// Store stores entries and lets one process at a time hold a slot. A method that fails
// leaves the process no worse off than without a store.
type Store interface {
	// Acquire waits until the slot is free or ctx is done, holds it, and returns its
	// entries. If the store can be read but not written, for example on a full disk, the
	// error wraps [ErrUnwritable], there is no hold, and all entries are returned. With
	// any other error the entries may be incomplete.
	Acquire(ctx context.Context, slot Slot) (Hold, SlotEntries, error)

	// Load returns the entries of a slot, whoever holds it. It writes nothing. With an
	// error it returns those that could be read.
	Load(ctx context.Context, slot Slot) (SlotEntries, error)

	// Intend writes an intent durably, before the request is sent. If the hold is lost, it
	// writes nothing and fails with ErrLost. A nil hold requires no exclusion.
	Intend(ctx context.Context, slot Slot, entry Entry, hold Hold) error

	// Record writes the outcome of an intent. It leaves an entry of the intent with a higher
	// [Entry.Rank]: an equal call may have found the job meanwhile.
	Record(ctx context.Context, slot Slot, entry Entry) error

	// Survey reads all entries of a scope. It writes nothing. With an error it returns
	// those that could be read.
	Survey(ctx context.Context, scope string) (SurveyResult, error)

	// Count adds a job to a tally unless it already has limit jobs, and reports whether it
	// did. Counting a token twice has no further effect.
	Count(ctx context.Context, tally Tally, token uuid.UUID, limit int) (bool, error)

	// ReadCount returns the number of jobs of a tally. It writes nothing.
	ReadCount(ctx context.Context, tally Tally) (int, error)

	// Uncount removes a job from a tally.
	Uncount(ctx context.Context, tally Tally, token uuid.UUID) error

	// Ping reports whether the store can be written now.
	Ping(ctx context.Context) error

	// String names the kind of store, without a password.
	String() string

	// Close releases the store's resources in this process.
	Close() error
}

// Hold is a slot that is held against every other process.
type Hold interface {
	// IsHeld reports whether the hold is valid as far as this process knows: it may have
	// been paused.
	IsHeld() bool
	// Confirm asks the store whether the hold is valid, and fails with ErrLost if another
	// process may have the slot. It must be called before a paid request is sent again.
	// Any other error means that the store did not respond.
	Confirm(ctx context.Context) error
	// Release releases the slot.
	Release()
}

// ErrLost is the error of a hold that expired before it was used.
var ErrLost = errors.New("the exclusion was lost: this process paused for too long")

// ErrUnwritable is wrapped by the error of a store that could be read but not written:
// existing entries are valid, and new ones are not shared.
var ErrUnwritable = errors.New("the state can be read but not written")

// Open returns the store of a --state: "memory" or empty, a redis:// or rediss:// URL, or
// a directory. It fails only for an invalid text. A store that cannot be reached fails
// when it is used.
func Open(spec string) (Store, error) {
	scheme, _, isURL := strings.Cut(spec, "://")
	switch {
	case spec == "" || spec == "memory":
		return NewMemory(), nil
	case isURL && (scheme == "redis" || scheme == "rediss"):
		return openRedis(spec)
	case explicitPath.MatchString(spec):
		return NewDirectory(spec), nil
	case isLikeAddress(spec): // the value may have a password
		return nil, errors.New("this looks like a mistyped address; want memory, a directory (./NAME if its name is like one), or redis://HOST:PORT/0")
	}
	return NewDirectory(spec), nil
}

// explicitPath matches the beginning of a text that can only be a path. C:\ is Windows'.
var explicitPath = regexp.MustCompile(`^(\.{0,2}[/\\]|~|[A-Za-z]:[/\\])`)

// isLikeAddress reports whether a relative name is more likely a Redis, or the word
// memory, than a directory: replicas with a directory each would share nothing.
func isLikeAddress(spec string) bool {
	for _, word := range [...]string{"memory", "redis", "rediss"} {
		if strings.EqualFold(spec, word) {
			return true
		}
	}
	return strings.Contains(spec, ":") || strings.Contains(spec, "//")
}

// Check checks a --state without opening it.
func Check(spec string) error {
	store, err := Open(spec)
	if err != nil {
		return err
	}
	return store.Close()
}
