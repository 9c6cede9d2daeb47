package paid

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// Store stores the memory of paid calls; see package state. One that cannot be reached costs
// its guarantee and no call. The caller closes it, after the ledger's [Ledger.Close].
type Store = state.Store

// Options configure [New]. The zero value remembers in memory, without limits and without
// a log.
type Options struct {
	Store         Store            // nil for memory
	Logger        zerolog.Logger   // gets a line for each paid call, and the errors of the store
	Now           func() time.Time // the wall clock, for dates and ages; nil for time.Now
	MaxJobsPerDay int              // per caller and UTC day; 0 for any number

	// Observe gets the result of every paid call, for counting. It may be nil and must not
	// block.
	Observe func(Result)
}

// Ledger remembers paid calls. It is safe for concurrent use.
type Ledger struct {
	log           zerolog.Logger
	now           func() time.Time
	maxJobsPerDay int
	observe       func(Result)
	stores        *stores
	jobLists      *jobLists

	mu       sync.Mutex
	inFlight map[string][]*inFlight // the calls that equal calls may join, by slot key; several only with AllowDuplicate
	sending  map[*inFlight]struct{} // the calls that send their request and have not ended
}

// New returns a ledger.
func New(options Options) *Ledger {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Observe == nil {
		options.Observe = func(Result) {}
	}
	return &Ledger{
		log: options.Logger, now: options.Now, maxJobsPerDay: options.MaxJobsPerDay, observe: options.Observe,
		stores:   newStores(options.Store, options.Logger),
		jobLists: &jobLists{byScope: map[string]*jobListSlot{}},
		inFlight: map[string][]*inFlight{},
		sending:  map[*inFlight]struct{}{},
	}
}

// Outcome is the outcome of a Call.
type Outcome struct {
	Job *langsmith.CreatedJob

	// Sent is when the request that started the job was sent, by LangSmith's clock if that
	// is known.
	Sent time.Time

	// AlreadyRunning is set if the job is an earlier equal call's. If no caller had got
	// that job, it may have failed since.
	AlreadyRunning bool
	// AlreadyDone is set instead if that job has succeeded: recently, or before any caller
	// got it.
	AlreadyDone bool
	// Probably is set if LangSmith's response did not show whether a job was started and
	// this one was found afterwards. It is most likely this call's.
	Probably bool
	// Others has the project's other jobs that are unfinished, and the reports of the last
	// day: the same question may have been asked in other words. The newest come first,
	// and there are at most [MaxOthers].
	Others []langsmith.Job
	// Notes name the promises that could not be kept, for example because the state cannot
	// be written.
	Notes []string
}

const (
	// LongestLag is how long LangSmith may take to show a job. Until then an equal call
	// after a lost response starts nothing, and an acknowledged job is not taken for gone.
	LongestLag = 2 * time.Minute
	// LookAgain is how long after a lost response an equal call looks for its job before
	// it starts one.
	LookAgain = 10 * time.Minute
)

// Start starts at most one job, or finds the job of an equal call. A caller that
// disconnects does not end a request that was already sent.
func (l *Ledger) Start(ctx context.Context, call *Call) (*Outcome, error) {
	f, first := l.join(ctx, call)
	outcome, err := f.wait(ctx)
	if first {
		return outcome, err // its own goroutine writes the audit line, also if no caller waits for it
	}
	outcome, err = joinedOutcome(outcome, err)
	l.audit(call, uuid.Nil, outcome, err)
	return outcome, err
}

// Find returns the job of an equal call that prevents another one, as [Ledger.Start]
// would, and nil if Start would start a job. It starts nothing, and is for callers that
// must ask a person first.
func (l *Ledger) Find(ctx context.Context, call *Call) (*Outcome, error) {
	if call.AllowDuplicate {
		return nil, nil
	}
	var outcome *Outcome
	var err error
	if f := l.joinExisting(call); f != nil {
		outcome, err = joinedOutcome(f.wait(ctx))
	} else {
		outcome, err = l.newInFlight(ctx, call).find()
	}
	if outcome != nil || err != nil {
		l.audit(call, uuid.Nil, outcome, err)
	}
	return outcome, err
}

// RecordDeclined logs a call that a person declined.
func (l *Ledger) RecordDeclined(call *Call) {
	l.writeAuditLine(call, uuid.Nil, uuid.Nil, ResultDeclined, false)
}

// ListOthers lists the project's jobs that are unfinished, and the reports of the last day,
// as in [Outcome]. now is the time by LangSmith's clock if that is known.
func (l *Ledger) ListOthers(ctx context.Context, call *Call) (others []langsmith.Job, now time.Time, err error) {
	listed := l.jobLists.get(ctx, call)
	if now = listed.serverTime(time.Now()); now.IsZero() {
		now = l.now()
	}
	if listed.err != nil {
		return nil, now, listed.err
	}
	return listed.others(uuid.Nil, l.now()), now, nil
}

// RecordDeleted records that a job was deleted through this server, so that an equal call need
// not see that LangSmith no longer shows it.
func (l *Ledger) RecordDeleted(ctx context.Context, client *langsmith.Client, project, job uuid.UUID) {
	calls := newIdentity(client, project).slot
	l.jobLists.expire(calls.Scope, job)
	slot := deletionSlot(calls, job)
	err := l.stores.record(ctx, slot, state.Entry{Token: uuid.New(), Began: l.now(), Stage: state.Started, Job: job, Delivered: true})
	if err != nil {
		l.log.Warn().Err(err).Stringer("job", job).Msg("only this process remembers that a job was deleted")
	}
}

// Drain waits until no request is in flight whose outcome is not recorded, or ctx is
// done. Calls that have not sent a request end when their callers disconnect.
func (l *Ledger) Drain(ctx context.Context) error {
	for {
		sending := l.listSending()
		if len(sending) == 0 {
			return nil
		}
		select {
		case <-sending[0].finished:
		case <-ctx.Done():
			return fmt.Errorf("%d paid requests are still in flight: %w", len(sending), ctx.Err())
		}
	}
}

// Close ends the ledger's background work: it no longer writes the entries that its store
// is missing. It is called after [Ledger.Drain], and leaves the store open.
func (l *Ledger) Close() {
	if l.stores.shared != nil {
		l.stores.shared.close()
	}
}

// CanWriteState reports whether the shared state can be written now; true if there is only
// memory.
func (l *Ledger) CanWriteState(ctx context.Context) bool { return l.stores.canWrite(ctx) }

func (l *Ledger) listSending() []*inFlight {
	l.mu.Lock()
	defer l.mu.Unlock()
	sending := make([]*inFlight, 0, len(l.sending))
	for f := range l.sending {
		sending = append(sending, f)
	}
	return sending
}
