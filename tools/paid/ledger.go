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

// Store is where the memory of paid calls is kept; see package state.
type Store = state.Store

// OpenState returns the store that a --state names: "memory", a directory, or
// a redis:// URL. It fails only for a text that means none of these: a store
// that is not there yet, or no longer, costs its guarantee and no call. The
// caller closes it, after the ledger's [Ledger.Close].
func OpenState(_ context.Context, spec string) (Store, error) { return state.Open(spec) }

// Options make a [Ledger]. The zero value remembers in memory, without bounds
// and without a log.
type Options struct {
	Store         Store            // nil for memory
	Logger        zerolog.Logger   // one line for each paid call, and what goes wrong with the store
	Now           func() time.Time // the wall clock, for dates and ages; nil for time.Now
	MaxJobsPerDay int              // for each caller, in UTC days; 0 for any number

	// Observe gets the result of every paid call, for counting. It may be nil and must
	// not block.
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
	inFlight map[string][]*inFlight // that equal calls may join, by slot key; several only with AllowDuplicate
	sending  map[*inFlight]struct{} // that have decided to send their request, and are not finished
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

	// AlreadyRunning is set when the job is an earlier equal call's. It may have
	// failed since, where nobody had been told of it.
	AlreadyRunning bool
	// AlreadyDone is set instead when that job has succeeded: lately, or without
	// anybody having been told of it.
	AlreadyDone bool
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

const (
	// LongestLag is how long LangSmith may take to show a job: until then an equal
	// call starts nothing after an answer that was lost, and a job that was
	// acknowledged is not taken for gone.
	LongestLag = 2 * time.Minute
	// LookAgain is how long after an answer that was lost an equal call looks for
	// its job before it starts one.
	LookAgain = 10 * time.Minute
)

// Start starts a job, at most one, or finds the one that an equal call started.
// A caller who leaves ends nothing that was already sent.
func (l *Ledger) Start(ctx context.Context, call *Call) (*Outcome, error) {
	f, first := l.join(ctx, call)
	outcome, err := f.wait(ctx)
	if first {
		return outcome, err // its own goroutine writes the audit line, also when nobody waits for it
	}
	outcome, err = asJoined(outcome, err)
	l.audit(call, uuid.Nil, outcome, err)
	return outcome, err
}

// Find returns the job that an equal call started and that stands in the way of
// another one, as [Ledger.Start] would, and nil where Start would start one.
// It starts nothing: it is for callers that have to ask a person first.
func (l *Ledger) Find(ctx context.Context, call *Call) (*Outcome, error) {
	if call.AllowDuplicate {
		return nil, nil
	}
	var outcome *Outcome
	var err error
	if f := l.joinExisting(call); f != nil {
		outcome, err = asJoined(f.wait(ctx))
	} else {
		outcome, err = l.newInFlight(ctx, call).find()
	}
	if outcome != nil || err != nil {
		l.audit(call, uuid.Nil, outcome, err)
	}
	return outcome, err
}

// Declined logs a call that a person declined.
func (l *Ledger) Declined(call *Call) {
	l.writeAuditLine(call, uuid.Nil, uuid.Nil, ResultDeclined, false)
}

// Others lists the project's jobs that are unfinished, and the reports of the
// last day, as [Outcome.Others] does. now is the time by LangSmith's clock if that is known.
func (l *Ledger) Others(ctx context.Context, call *Call) (others []langsmith.Job, now time.Time, err error) {
	listed := l.jobLists.get(ctx, call)
	if now = listed.serverTime(time.Now()); now.IsZero() {
		now = l.now()
	}
	if listed.err != nil {
		return nil, now, listed.err
	}
	return listed.others(uuid.Nil, l.now()), now, nil
}

// Deleted remembers that a job was deleted through this server: an equal call
// need not wait to see that LangSmith shows it no more.
func (l *Ledger) Deleted(ctx context.Context, client *langsmith.Client, project, job uuid.UUID) {
	slot := deletionSlot(newIdentity(client, project).slot, job)
	err := l.stores.record(ctx, slot, state.Entry{Token: uuid.New(), Began: l.now(), Stage: state.Started, Job: job, Told: true})
	if err != nil {
		l.log.Warn().Err(err).Stringer("job", job).Msg("that a job was deleted is remembered by this process alone")
	}
}

// Drain waits until no request is under way whose outcome is not yet
// remembered, for as long as ctx lets it. Calls that have sent nothing yet end
// by themselves when their callers leave.
func (l *Ledger) Drain(ctx context.Context) error {
	for {
		sending := l.listSending()
		if len(sending) == 0 {
			return nil
		}
		select {
		case <-sending[0].finished:
		case <-ctx.Done():
			return fmt.Errorf("%d paid requests are still under way: %w", len(sending), ctx.Err())
		}
	}
}

// Close ends what the ledger does in the background: what its store missed is not written
// any more. It comes after [Ledger.Drain], and leaves the store open.
func (l *Ledger) Close() {
	if l.stores.shared != nil {
		l.stores.shared.close()
	}
}

// StateUsable reports whether the state that processes share can be written at the moment;
// it is true if there is only memory.
func (l *Ledger) StateUsable(ctx context.Context) bool { return l.stores.usable(ctx) }

// UnderWay is how many paid requests are being sent or looked after.
func (l *Ledger) UnderWay() int { return len(l.listSending()) }

func (l *Ledger) listSending() []*inFlight {
	l.mu.Lock()
	defer l.mu.Unlock()
	sending := make([]*inFlight, 0, len(l.sending))
	for f := range l.sending {
		sending = append(sending, f)
	}
	return sending
}
