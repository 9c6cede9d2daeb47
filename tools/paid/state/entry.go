package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Entry is one intent to start a job, and its known outcome.
type Entry struct {
	Token uuid.UUID // of the intent, random

	Began      time.Time // by the clock of the process that wrote it
	ServerTime time.Time // the earliest time of the same moment by LangSmith's clock; zero if unknown

	// Known has the jobs of the project before the request. Complete says that they are
	// all, so that any other job is a later one.
	Known    []uuid.UUID
	Complete bool
	// Since is the time since which Known has every created job, if it is not complete;
	// zero if unknown.
	Since time.Time

	// Waited is how long the sender waited for the response before it gave up.
	Waited time.Duration

	// Missing is the time since which LangSmith does not show the job, by the clock of the
	// process that noticed it; MissingServerTime is the same by LangSmith's clock.
	Missing, MissingServerTime time.Time

	Stage     Stage
	Job       uuid.UUID // since Probable; if the intent has ended, only a job that is surely its own
	Delivered bool      // a caller got the outcome

	// Reopened counts the probable jobs that were not its own.
	Reopened int
}

// Stage is the stage of an intent.
type Stage string

// The stages of an intent.
const (
	Intended Stage = "intended" // the request may have been sent
	Probable Stage = "probable" // a job was found that is probably its own
	Started  Stage = "started"  // it started a job
	Ended    Stage = "over"     // it started nothing, or its job has ended and a caller got it
)

const (
	// maxReopened bounds [Entry.Reopened], so that a job that is surely its own ranks higher.
	maxReopened = 100
	startedRank = 4*maxReopened + 4
	endedRank   = startedRank + 2
)

// Rank ranks two entries of one intent: the higher one was written later.
func (e Entry) Rank() int {
	rank := 4 * e.Reopened
	switch e.Stage {
	case Probable:
		rank += 2
	case Started:
		rank = startedRank
	case Ended:
		rank = endedRank
	}
	if e.Delivered {
		rank++
	}
	return rank
}

// Reopen returns an entry whose probable job is not its own: an intent without an outcome.
func (e Entry) Reopen() Entry {
	e.Stage, e.Job, e.Delivered = Intended, uuid.Nil, false
	e.Missing, e.MissingServerTime = time.Time{}, time.Time{}
	e.Reopened = min(e.Reopened+1, maxReopened)
	return e
}

// hasNoEffect reports whether an entry no longer has an effect: its intent started nothing.
func (e Entry) hasNoEffect() bool { return e.Stage == Ended && e.Job == uuid.Nil }

// day returns the day on which an entry began, by LangSmith's clock if that is known: it
// is the same for all processes, and does not jump like this machine's.
func (e Entry) day() string {
	if server := dropImplausible(e.ServerTime); !server.IsZero() {
		return server.Format(dayFormat)
	}
	return dropImplausible(e.Began).Format(dayFormat)
}

// mayBeSearched reports whether a search may still need the known jobs of an intent: its
// probable job may turn out to be another's.
func (e Entry) mayBeSearched() bool { return e.Stage == Intended || e.Stage == Probable }

// version is the version of a written entry. Entries of another version are not read, and
// count as damaged.
const version = 1

// maxKnown bounds the list of known jobs that is read; a page has 100.
const maxKnown = 1000

type wireEntry struct {
	Version    int         `json:"v"`
	Token      uuid.UUID   `json:"token"`
	Began      time.Time   `json:"began"`
	ServerTime time.Time   `json:"theirs,omitzero"`
	Known      []uuid.UUID `json:"known,omitempty"`
	Complete   bool        `json:"complete,omitempty"`
	Stage      Stage       `json:"stage"`
	Job        uuid.UUID   `json:"job,omitzero"`
	Delivered  bool        `json:"told,omitempty"`
	Reopened   int         `json:"reopened,omitzero"`

	Since             time.Time     `json:"since,omitzero"`
	Waited            time.Duration `json:"waited,omitzero"` // in nanoseconds
	Missing           time.Time     `json:"missing,omitzero"`
	MissingServerTime time.Time     `json:"missing_theirs,omitzero"`
}

// Encode writes an entry as one line of JSON, without its newline.
func (e Entry) Encode() []byte {
	wire := wireEntry{
		Version: version, Token: e.Token, Began: dropImplausible(e.Began), ServerTime: dropImplausible(e.ServerTime), Known: e.Known, Complete: e.Complete,
		Stage: e.Stage, Job: e.Job, Delivered: e.Delivered, Reopened: e.Reopened,
		Since: dropImplausible(e.Since), Waited: e.Waited, Missing: dropImplausible(e.Missing), MissingServerTime: dropImplausible(e.MissingServerTime),
	}
	if !e.mayBeSearched() {
		wire.Known, wire.Complete = nil, false // only a search needs them
	}
	line, err := json.Marshal(wire)
	if err != nil {
		panic(err) // cannot happen: the other fields can be encoded
	}
	return line
}

// dropImplausible returns a time in UTC, or zero if it is implausible: JSON cannot encode every
// year.
func dropImplausible(t time.Time) time.Time {
	t = t.UTC()
	if year := t.Year(); year < 1970 || year > 9000 {
		return time.Time{}
	}
	return t
}

// decodeEntry reads an entry strictly: an entry that this version would not write is
// damaged or foreign.
func decodeEntry(line []byte) (Entry, error) {
	var wire wireEntry
	if err := json.Unmarshal(line, &wire); err != nil {
		return Entry{}, fmt.Errorf("a remembered call: %w", err)
	}
	if wire.Version != version {
		return Entry{}, fmt.Errorf("a remembered call of version %d, not %d", wire.Version, version)
	}
	if wire.Token == uuid.Nil || dropImplausible(wire.Began).IsZero() || len(wire.Known) > maxKnown {
		return Entry{}, errors.New("a remembered call without its parts")
	}
	hasJob := wire.Job != uuid.Nil
	switch wire.Stage {
	case Intended:
		if hasJob {
			return Entry{}, errors.New("a remembered intent with an outcome")
		}
	case Probable, Started:
		if !hasJob {
			return Entry{}, errors.New("a remembered job without an id")
		}
	case Ended:
	default:
		return Entry{}, errors.New("a remembered call of an unknown stage")
	}
	return Entry{
		Token: wire.Token, Began: dropImplausible(wire.Began), ServerTime: dropImplausible(wire.ServerTime), Known: wire.Known, Complete: wire.Complete,
		Stage: wire.Stage, Job: wire.Job, Delivered: wire.Delivered, Reopened: min(max(wire.Reopened, 0), maxReopened),
		Since: dropImplausible(wire.Since), Waited: max(wire.Waited, 0), Missing: dropImplausible(wire.Missing), MissingServerTime: dropImplausible(wire.MissingServerTime),
	}, nil
}
