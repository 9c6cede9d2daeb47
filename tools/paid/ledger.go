package paid

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// Store is where the memory of paid calls is kept; see package state.
type Store = state.Store

// OpenState returns the store that a --state names: "memory", a directory, or
// a redis:// URL. It fails only for a text that means none of these: a store
// that is not there yet, or no longer, costs its guarantee and no call. The
// caller closes it, after the ledger's [Ledger.Drain].
func OpenState(_ context.Context, spec string) (Store, error) { return state.Open(spec) }

// Options make a [Ledger]. The zero value remembers in memory, without bounds
// and without a log.
type Options struct {
	Store         Store            // nil for memory
	Logger        zerolog.Logger   // one line for each paid call, and what goes wrong with the store
	Now           func() time.Time // the wall clock, for dates and ages; nil for time.Now
	MaxJobsPerDay int              // for each caller, in UTC days; 0 for any number

	// Observe is told the result of every paid call, for counting. It may be
	// nil and must not block.
	Observe func(Result)
}

// Ledger remembers paid calls. It is safe for concurrent use.
type Ledger struct {
	log     zerolog.Logger
	now     func() time.Time
	most    int
	observe func(Result)

	local  *state.Memory // always, so that a store that fails leaves what one process can promise
	shared *shared       // nil where memory is all there is
	views  *views

	mu       sync.Mutex
	flights  map[string][]*flight // that equal calls may join, by slot key; several only with AllowDuplicate
	underWay map[*flight]struct{} // that have something to finish
}

// New returns a ledger.
func New(options Options) *Ledger {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Observe == nil {
		options.Observe = func(Result) {}
	}
	l := &Ledger{
		log: options.Logger, now: options.Now, most: options.MaxJobsPerDay, observe: options.Observe,
		views:    &views{now: options.Now, byScope: map[string]*viewSlot{}},
		flights:  map[string][]*flight{},
		underWay: map[*flight]struct{}{},
	}
	switch store := options.Store.(type) {
	case nil:
		l.local = state.NewMemory()
	case *state.Memory:
		l.local = store
	default:
		l.local = state.NewMemory()
		l.shared = newShared(store, options.Logger)
	}
	return l
}

// Call is one wish to start a job.
type Call struct {
	LangSmith      *langsmith.Client
	Project        uuid.UUID
	Request        *langsmith.CreateInsightsJobRequest // never nil
	AllowDuplicate bool                                // start another job although an equal one is unfinished
}

// Outcome is what became of a Call.
type Outcome struct {
	Job *langsmith.CreatedJob

	// AlreadyRunning is set when the job is an earlier equal call's. It may have
	// ended since, where nobody had been told of it.
	AlreadyRunning bool
	// Probably is set when LangSmith's answer left it open whether a job was
	// started and this one was then found, in all likelihood this call's.
	Probably bool
	// Others are the project's other jobs that are unfinished, or reports of the
	// last day: the same question may have been asked in other words. The newest
	// come first, and there are at most [MostOthers].
	Others []langsmith.Job
	// Notes say which promise could not be kept, such as a state that cannot be
	// written; empty when all were.
	Notes []string
}

// LookAgain is how long after an intent whose outcome is unknown an equal call
// looks for its job before it starts one.
const LookAgain = 10 * time.Minute

// Start starts a job, at most one, or finds the one that an equal call started.
// A caller who leaves ends nothing that was already sent.
func (l *Ledger) Start(ctx context.Context, call Call) (*Outcome, error) {
	id, err := identify(call)
	if err != nil {
		return nil, err
	}
	f, first := l.board(ctx, id, call)
	outcome, err := f.wait(ctx)
	if first {
		return outcome, err // the flight writes its own line, also when nobody waits for it
	}
	outcome, err = joined(outcome, err)
	l.audit(id, call.Project, uuid.Nil, outcome, err)
	return outcome, err
}

// Find returns the job that an equal call started and that stands in the way of
// another one, as [Ledger.Start] would, and nil where Start would start one.
// It starts nothing: it is for those who have to ask before.
func (l *Ledger) Find(ctx context.Context, call Call) (*Outcome, error) {
	if call.AllowDuplicate {
		return nil, nil
	}
	id, err := identify(call)
	if err != nil {
		return nil, err
	}
	var outcome *Outcome
	if f := l.boardRunning(id); f != nil {
		outcome, err = joined(f.wait(ctx))
	} else {
		outcome, err = l.newFlight(ctx, id, call).find()
	}
	if outcome != nil || err != nil {
		l.audit(id, call.Project, uuid.Nil, outcome, err)
	}
	return outcome, err
}

// Declined writes the audit line of a call that a person did not agree to.
func (l *Ledger) Declined(call Call) {
	if id, err := identify(call); err == nil {
		l.record(id, call.Project, uuid.Nil, uuid.Nil, ResultDeclined)
	}
}

// Digest names a call, the same for equal calls.
func Digest(call Call) (string, error) {
	id, err := identify(call)
	return id.slot.Key, err
}

// Others lists the project's jobs that are unfinished, and the reports of the
// last day, as [Outcome.Others] does.
func (l *Ledger) Others(ctx context.Context, call Call) ([]langsmith.Job, error) {
	id, err := identify(call)
	if err != nil {
		return nil, err
	}
	seen := l.views.get(ctx, id.slot.Scope, call)
	if seen.err != nil {
		return nil, seen.err
	}
	return seen.others(uuid.Nil), nil
}
