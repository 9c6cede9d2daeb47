package state

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Slot is where equal calls meet. All parts are digests.
type Slot struct {
	Caller string // who calls; bounds what one may have a memory keep
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

// Recalled is what a store holds under a slot.
type Recalled struct {
	Entries []Entry
	Damaged bool // something was there that could not be read, or is surely gone
}

// Surveyed is what a store knows of all calls of one caller in one project.
type Surveyed struct {
	Started []uuid.UUID // jobs that surely belong to a call
	Open    []Entry     // intents without an outcome: only Token and Began are sure to be set
	Damaged bool
}

// Store keeps entries and lets one process at a time hold a slot. Every method
// may fail without leaving the process worse off than without a store.
type Store interface {
	// Acquire waits until the slot is free, as long as ctx lets it, holds it,
	// and returns what is remembered there. Where the store can be read and not
	// written, as on a full disk, the error wraps [ErrUnwritable], there is no
	// hold, and all that is remembered is returned with it. With any other error
	// it may be part of that, or nothing.
	Acquire(ctx context.Context, slot Slot) (Hold, Recalled, error)

	// Load returns what is remembered in a slot, whoever holds it. It writes
	// nothing. What could be read is returned with an error too.
	Load(ctx context.Context, slot Slot) (Recalled, error)

	// Intend writes an intent, durably, before the request is sent. It fails
	// with ErrLost, and writes nothing, where the hold is no longer one. A nil
	// hold asks for no exclusion.
	Intend(ctx context.Context, slot Slot, entry Entry, hold Hold) error

	// Record writes what became of an intent.
	Record(ctx context.Context, slot Slot, entry Entry) error

	// Survey looks at every entry of a scope. It writes nothing. What could be
	// read is returned with an error too.
	Survey(ctx context.Context, scope string) (Surveyed, error)

	// Count adds a job to a tally unless it holds most already, and reports
	// whether it did. Counting a token twice is counting it once.
	Count(ctx context.Context, tally Tally, token uuid.UUID, most int) (bool, error)

	// Counted returns how many jobs a tally holds. It writes nothing.
	Counted(ctx context.Context, tally Tally) (int, error)

	// Uncount takes a job out of a tally again.
	Uncount(ctx context.Context, tally Tally, token uuid.UUID) error

	// Ping reports whether the store can be written at the moment.
	Ping(ctx context.Context) error

	// String names the kind of store, for people. It gives away no password.
	String() string

	// Close frees what the store holds in this process.
	Close() error
}

// Hold is a slot held against every other process.
type Hold interface {
	// Held reports whether the hold still is one, as far as this process knows:
	// its clocks may have stood still with it.
	Held() bool
	// Confirm asks the store whether the hold still is one, and fails with
	// ErrLost where another process may have the slot. It is to be called before
	// a request that costs is sent again. Any other error says that the store
	// did not tell.
	Confirm(ctx context.Context) error
	// Release gives the slot free.
	Release()
}

// ErrLost is returned for a hold that ran out before it was used.
var ErrLost = errors.New("the exclusion was lost: this process paused for too long")

// ErrUnwritable is wrapped by the error of a store that was read, and in which
// nothing can be written: what is remembered holds, and nothing new is shared.
var ErrUnwritable = errors.New("the state can be read and cannot be written")

// Open returns the store that a --state names: "memory" or nothing, a redis://
// or rediss:// URL, or else a directory. Only a text that cannot mean any of
// these fails; a store that is not there yet, or no longer, fails when used.
func Open(spec string) (Store, error) {
	scheme, _, isURL := strings.Cut(spec, "://")
	switch {
	case spec == "" || spec == "memory":
		return NewMemory(), nil
	case scheme == "redis" || scheme == "rediss":
		return openRedis(spec)
	case isURL:
		return nil, fmt.Errorf("the state is kept in memory, a directory or a redis:// URL, not in %s://", scheme)
	}
	return NewDirectory(spec), nil
}

// Check reports whether a --state means something, before it is opened.
func Check(spec string) error {
	store, err := Open(spec)
	if err != nil {
		return err
	}
	return store.Close()
}
