package paid

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// The notes of outcomes about promises that could not be kept.
const (
	noteNoList     = "The project's other jobs could not be listed, so none are mentioned."
	noteNoStore    = "The memory of paid calls (--state) cannot be used now; the server's log says why. Until it can, only this process remembers this call: after a restart, or at another replica, the same call could start a second job."
	noteNoCount    = "Until then --max-jobs-per-day counts only the jobs of this process."
	noteDamaged    = "Part of the memory of this call could not be read and was ignored: an earlier job of the same call may have been missed."
	noteHidden     = "LangSmith acknowledged this job but does not show it now. It counts as running until it is deleted, or has been missing for two minutes."
	noteUnresolved = "The response to an earlier request of this call was lost, and LangSmith shows no job of it. If LangSmith still processes that request, there will be two jobs; the same call then returns both."
	noteNoSurvey   = "The memory of paid calls could not be read for the jobs of other calls."
)

const (
	// postTimeout bounds a paid request with all its retries; --timeout bounds each try.
	postTimeout = 5 * time.Minute
	// maxTries is how often a call starts over after its process was paused.
	maxTries = 3
)

// start finds an existing job, or writes the intent and sends the request.
func (f *inFlight) start() (*Outcome, error) {
	for range maxTries {
		outcome, err := f.findExisting()
		if outcome != nil || err != nil {
			return outcome, err
		}
		if err := f.commit(); err != nil {
			return nil, err
		}
		if err := f.count(); err != nil {
			return nil, err
		}
		if f.writeIntent() == nil {
			return f.sendRequest()
		}
		f.uncount()
		f.release()
		f.token = uuid.New() // the old one is recorded as over
	}
	return nil, errInterrupted
}

// find is the part of start that costs nothing. It runs in the caller's own goroutine.
func (f *inFlight) find() (*Outcome, error) {
	defer f.cancel()
	defer f.release()
	outcome, err := f.recoverPanic(f.findExisting)
	if outcome != nil {
		f.recordOutcome(true)
		outcome.Notes = f.notes
	}
	return outcome, err
}

// findExisting returns the job that prevents another one. If there is none, the slot is
// held and the project's jobs are listed.
func (f *inFlight) findExisting() (*Outcome, error) {
	if err := f.acquireSlot(); err != nil {
		return nil, err
	}
	f.jobs = f.ledger.jobLists.get(f.ctx, f.call)
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	if f.call.AllowDuplicate {
		return nil, nil
	}
	outcome, err := f.findEqualJob()
	if outcome == nil && err == nil && f.damaged {
		return nil, f.findUnowned()
	}
	return outcome, err
}

// acquireSlot excludes equal calls and reads their entries.
func (f *inFlight) acquireSlot() error {
	if f.call.AllowDuplicate {
		return nil
	}
	hold, found, err := f.ledger.stores.acquire(f.ctx, f.call.slot)
	f.hold = hold
	switch {
	case f.ctx.Err() != nil:
		return f.ctx.Err()
	case errors.Is(err, ErrBusy):
		return err
	}
	if shared := f.ledger.stores.shared; err != nil || shared != nil && shared.misses(f.call.slot) {
		f.note(noteNoStore)
	}
	if f.damaged = found.Damaged; f.damaged {
		f.note(noteDamaged)
	}
	f.entries = found.Entries
	return nil
}

// writeIntent records that a job is about to be started. It fails only if an equal call
// of another process may have overtaken this one: the call has lost its slot, or finds
// another intent, of a call that could not acquire the slot. A store that cannot be
// written causes a note.
func (f *inFlight) writeIntent() error {
	entry := state.Entry{
		Token: f.token, Began: f.ledger.now(), ServerTime: f.jobs.serverTime(time.Now()),
		Known: f.jobs.ids(), Complete: f.jobs.complete, Since: f.jobs.since, Stage: state.Intended,
	}
	f.about = entry
	err := f.ledger.stores.writeIntent(f.ctx, f.call.slot, entry, f.hold)
	shared := f.ledger.stores.shared != nil && !f.call.AllowDuplicate
	if errors.Is(err, state.ErrLost) || shared && f.isOvertaken(f.ctx) {
		f.closeIntent()
		return state.ErrLost
	}
	f.noteIf(err, noteNoStore)
	return nil
}

// isOvertaken reports whether an equal call has, or may have, written an intent since
// this one read the entries.
func (f *inFlight) isOvertaken(ctx context.Context) bool {
	now, err := f.ledger.stores.load(ctx, f.call.slot)
	f.noteIf(err, noteNoStore)
	return now.Damaged && !f.damaged || slices.ContainsFunc(now.Entries, func(entry state.Entry) bool {
		return entry.Stage != state.Ended && entry.Token != f.token && !slices.ContainsFunc(f.entries, func(had state.Entry) bool { return had.Token == entry.Token })
	})
}

// sendRequest sends the request. settle records the response.
func (f *inFlight) sendRequest() (*Outcome, error) {
	ctx, cancel := context.WithTimeout(f.ctx, postTimeout)
	defer cancel()
	sent := time.Now()
	job, err := f.call.LangSmith.CreateInsightsJobWithRetry(ctx, f.call.Project, f.call.Request, func(ctx context.Context) bool {
		return f.mayResend(ctx, sent)
	})
	if err == nil && slices.Contains(f.about.Known, job.ID) {
		err = fmt.Errorf("LangSmith answered with job %s, which is older than the request", job.ID)
	}
	var api *langsmith.Error
	switch {
	case err == nil:
		return f.startedOutcome(job), nil
	case errors.As(err, &api) && !api.Ambiguous():
		f.closeIntent()
		f.uncount()
		return nil, f.refusal(api)
	}
	f.about.Waited = time.Since(sent)
	f.record(f.about)
	sinceSent := func(state.Entry) (time.Duration, bool) { return time.Since(sent), true }
	found := (&search{call: f, intents: []state.Entry{f.about}, elapsed: sinceSent}).run()
	if !found.alone {
		uncertain := f.newUncertainError(err, found)
		if found.err == nil && len(found.jobs) == 0 {
			uncertain.Wait = LongestLag - (time.Since(sent) - f.about.Waited)
		}
		return nil, uncertain
	}
	outcome := f.foundOutcome(f.about, found.jobs[0])
	outcome.AlreadyRunning, outcome.AlreadyDone = false, false
	return outcome, nil
}

// mayResend reports whether no equal call of another process can have overtaken this one
// while the request waited to be sent again: a call that cannot acquire the slot writes
// its intent anyway. It first records how long the intent has waited, because a response
// that is lost from now on was not lost before; the check comes last, since a store may be
// slow.
func (f *inFlight) mayResend(ctx context.Context, sent time.Time) bool {
	f.about.Waited = time.Since(sent)
	f.record(f.about)
	if f.call.AllowDuplicate {
		return true
	}
	if f.hold != nil {
		err := f.ledger.stores.confirm(ctx, f.hold)
		f.noteIf(err, noteNoStore)
		if errors.Is(err, state.ErrLost) {
			return false
		}
	}
	return !f.isOvertaken(ctx)
}

func (f *inFlight) startedOutcome(job *langsmith.CreatedJob) *Outcome {
	f.about.Stage, f.about.Job = state.Started, job.ID
	f.failed = job.Status.Failed()
	listed := langsmith.Job{ID: job.ID, Name: job.Name, Status: job.Status, Error: job.Error}
	if listed.CreatedAt.Time = f.jobs.serverTime(time.Now()); listed.CreatedAt.IsZero() {
		listed.CreatedAt.Time = f.ledger.now()
	}
	listed.ConfigID, _ = f.call.Request.ConfigID.Get()
	f.ledger.jobLists.add(f.call.slot.Scope, listed)
	return &Outcome{Job: job, Sent: sendTime(f.about), Others: f.others(job.ID)}
}

// refusal adds the unfinished jobs to LangSmith's error that there are too many.
func (f *inFlight) refusal(err *langsmith.Error) error {
	if !err.TooManyJobs() {
		return err
	}
	now := f.ledger.jobLists.list(f.ctx, f.call)
	return &TooManyJobsError{Err: err, Unfinished: filterUnfinished(now.jobs), ListErr: now.err}
}

// others returns the project's other jobs.
func (f *inFlight) others(except uuid.UUID) []langsmith.Job {
	f.noteIf(f.jobs.err, noteNoList)
	return f.jobs.others(except, f.ledger.now())
}
