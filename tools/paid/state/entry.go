package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Entry is one intent to start a job, and what is known to have become of it.
type Entry struct {
	Token uuid.UUID // of the intent, random

	Began  time.Time // by the clock of the process that wrote it
	Theirs time.Time // the same moment by LangSmith's clock, at the earliest; zero where unknown

	// Known are the jobs that the project had before the request. Complete says
	// that they are all it had, so that any other job is a later one.
	Known    []uuid.UUID
	Complete bool
	// Since is the created_at from which on Known has every job, where it is not
	// complete; zero where unknown.
	Since time.Time

	// Waited is how long the sender waited for the answer before it was given up.
	Waited time.Duration

	// Missing is since when LangSmith does not show the job, by the clock of the
	// process that noticed it, and MissingTheirs the same by LangSmith's clock.
	Missing, MissingTheirs time.Time

	Stage Stage
	Job   uuid.UUID // from Probable on; where an intent is over, only one that was surely its own
	Told  bool      // the caller was there when the outcome came
}

// Stage is how far an intent has come.
type Stage string

// The stages of an intent.
const (
	Intended Stage = "intended" // the request may have been sent
	Probable Stage = "probable" // a job was found that is probably its own
	Started  Stage = "started"  // it started a job
	Over     Stage = "over"     // it started nothing, or its job has ended and somebody knows
)

// Knows ranks two memories of one intent: the higher one was written later.
func (e Entry) Knows() int {
	rank := 0
	switch e.Stage {
	case Probable:
		rank = 2
	case Started:
		rank = 4
	case Over:
		rank = 6
	}
	if e.Told {
		rank++
	}
	return rank
}

// startedNothing reports whether nothing follows from an entry any more.
func (e Entry) startedNothing() bool { return e.Stage == Over && e.Job == uuid.Nil }

// day names the day an entry began. LangSmith's clock counts where it is known: it
// is one for all processes, and does not jump with this machine's.
func (e Entry) day() string {
	if theirs := plausible(e.Theirs); !theirs.IsZero() {
		return theirs.Format(dayFormat)
	}
	return plausible(e.Began).Format(dayFormat)
}

// mayBeSearched reports whether the jobs that an intent knows are still of use: a
// job that was probably its own may turn out to be another's.
func (e Entry) mayBeSearched() bool { return e.Stage == Intended || e.Stage == Probable }

// version is that of an entry as it is written. Entries of another version are
// not read: they cost their guarantee, nothing else.
const version = 1

// mostKnown bounds the list of known jobs in what is read; a page has 100.
const mostKnown = 1000

type wireEntry struct {
	Version  int         `json:"v"`
	Token    uuid.UUID   `json:"token"`
	Began    time.Time   `json:"began"`
	Theirs   time.Time   `json:"theirs,omitzero"`
	Known    []uuid.UUID `json:"known,omitempty"`
	Complete bool        `json:"complete,omitempty"`
	Stage    Stage       `json:"stage"`
	Job      uuid.UUID   `json:"job,omitzero"`
	Told     bool        `json:"told,omitempty"`

	Since         time.Time     `json:"since,omitzero"`
	Waited        time.Duration `json:"waited,omitzero"` // in nanoseconds
	Missing       time.Time     `json:"missing,omitzero"`
	MissingTheirs time.Time     `json:"missing_theirs,omitzero"`
}

// Encode writes an entry as one line of JSON, without its newline.
func (e Entry) Encode() []byte {
	wire := wireEntry{
		Version: version, Token: e.Token, Began: plausible(e.Began), Theirs: plausible(e.Theirs), Known: e.Known, Complete: e.Complete,
		Stage: e.Stage, Job: e.Job, Told: e.Told,
		Since: plausible(e.Since), Waited: e.Waited, Missing: plausible(e.Missing), MissingTheirs: plausible(e.MissingTheirs),
	}
	if !e.mayBeSearched() {
		wire.Known, wire.Complete = nil, false // of use only to a search
	}
	line, err := json.Marshal(wire)
	if err != nil {
		panic(err) // nothing else in it can fail
	}
	return line
}

// plausible is a time in UTC, or none where no clock of this age gives it; JSON
// cannot write every year.
func plausible(t time.Time) time.Time {
	t = t.UTC()
	if year := t.Year(); year < 1970 || year > 9000 {
		return time.Time{}
	}
	return t
}

// DecodeEntry reads an entry, strictly: whatever this version would not have
// written is damaged or foreign.
func DecodeEntry(line []byte) (Entry, error) {
	var wire wireEntry
	if err := json.Unmarshal(line, &wire); err != nil {
		return Entry{}, fmt.Errorf("a remembered call: %w", err)
	}
	if wire.Version != version {
		return Entry{}, fmt.Errorf("a remembered call of version %d, not %d", wire.Version, version)
	}
	if wire.Token == uuid.Nil || plausible(wire.Began).IsZero() || len(wire.Known) > mostKnown {
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
	case Over:
	default:
		return Entry{}, errors.New("a remembered call of an unknown stage")
	}
	return Entry{
		Token: wire.Token, Began: plausible(wire.Began), Theirs: plausible(wire.Theirs), Known: wire.Known, Complete: wire.Complete,
		Stage: wire.Stage, Job: wire.Job, Told: wire.Told,
		Since: plausible(wire.Since), Waited: max(wire.Waited, 0), Missing: plausible(wire.Missing), MissingTheirs: plausible(wire.MissingTheirs),
	}, nil
}
