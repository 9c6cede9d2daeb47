package paid

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// What an outcome says about promises that could not be kept.
const (
	noteNoList   = "The project's other jobs could not be listed, so none are mentioned."
	noteNoStore  = "The state that remembers paid calls cannot be used just now, and the server's log says why. Until it can, only this process knows of this call: after a restart, or on another replica, the same call could start a second job."
	noteDamaged  = "Part of what the state remembered of this call could not be read and was passed over: a job that the same call started before may have been missed."
	noteNoSurvey = "The state could not be asked which jobs belong to other calls."
)

const (
	// postTimeout bounds a paid request with everything that is done to get an
	// answer; --timeout bounds each single sending.
	postTimeout = 5 * time.Minute
	// mostTries is how often a process that was paused begins anew.
	mostTries = 3
)

// start is the way of a call: what stands in the way, the intent, the request.
func (f *flight) start() (*Outcome, error) {
	for range mostTries {
		outcome, err := f.obstacle()
		if outcome != nil || err != nil {
			f.uncount()
			return outcome, err
		}
		if err := f.commit(); err != nil {
			return nil, err
		}
		if err := f.count(); err != nil {
			return nil, err
		}
		if f.intend() == nil {
			return f.post()
		}
		f.release()
	}
	f.uncount()
	return nil, errInterrupted
}

// find is the part of start that spends nothing, in the caller's own goroutine.
func (f *flight) find() (*Outcome, error) {
	defer f.cancel()
	defer f.release()
	outcome, err := f.safely(f.obstacle)
	if outcome != nil {
		f.remember(true)
		outcome.Notes = f.notes
	}
	return outcome, err
}

// obstacle returns what stands in the way of starting a job, and prepares to
// start one where nothing does.
func (f *flight) obstacle() (*Outcome, error) {
	if err := f.recall(); err != nil {
		return nil, err
	}
	f.seen = f.ledger.views.get(f.ctx, f.id.slot.Scope, f.call)
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	if f.call.AllowDuplicate {
		return nil, nil
	}
	return f.earlier()
}

// recall takes the turn of this call among equal ones and reads what is
// remembered of them.
func (f *flight) recall() error {
	l := f.ledger
	if l.shared == nil || f.call.AllowDuplicate {
		f.entries = l.remembered(f.id.slot)
		return nil
	}
	hold, found, err := l.shared.acquire(f.ctx, f.id.slot)
	switch {
	case err == nil:
		f.hold = hold
	case f.ctx.Err() != nil:
		return f.ctx.Err()
	case errors.Is(err, ErrBusy):
		return err
	default:
		f.note(noteNoStore)
	}
	if found.Damaged {
		f.note(noteDamaged)
	}
	f.entries = merge(l.remembered(f.id.slot), found.Entries)
	return nil
}

// remembered is what this process remembers in a slot.
func (l *Ledger) remembered(slot state.Slot) []state.Entry {
	found, _ := l.local.Load(context.Background(), slot) // a memory can always be read
	return found.Entries
}

// merge joins two memories of the same calls; of each call the one that knows
// more counts.
func merge(ours, theirs []state.Entry) []state.Entry {
	merged := append([]state.Entry(nil), ours...)
next:
	for _, entry := range theirs {
		for i, have := range merged {
			if have.Token == entry.Token {
				if entry.Knows() > have.Knows() {
					merged[i] = entry
				}
				continue next
			}
		}
		merged = append(merged, entry)
	}
	return merged
}

// intend writes down that a job is about to be started. It fails only where the
// call has lost its turn; a store that cannot be written costs a note.
func (f *flight) intend() error {
	l := f.ledger
	entry := state.Entry{Token: f.token, Began: l.now(), Stage: state.Intended, Theirs: f.seen.theirs(time.Now())}
	entry.Known, entry.Complete = f.seen.ids, f.seen.complete
	f.about = entry
	f.rememberLocally(entry)
	if l.shared == nil {
		return nil
	}
	err := l.shared.bounded(f.ctx, func(ctx context.Context) error {
		return l.shared.store.Intend(ctx, f.id.slot, entry, f.hold)
	})
	if err == nil && f.hold != nil && !f.hold.Held() {
		err = state.ErrLost
	}
	switch {
	case errors.Is(err, state.ErrLost):
		f.over()
		return err
	case err != nil:
		f.note(noteNoStore)
	}
	return nil
}

// post sends the request. What it answers is remembered by finish.
func (f *flight) post() (*Outcome, error) {
	ctx, cancel := context.WithTimeout(f.ctx, postTimeout)
	defer cancel()
	sent := time.Now()
	job, err := f.call.LangSmith.CreateEncodedJob(ctx, f.call.Project, f.id.encoded)
	var api *langsmith.Error
	switch {
	case err == nil:
		return f.started(job), nil
	case errors.As(err, &api) && !api.Ambiguous():
		f.over()
		f.uncount()
		return nil, f.refused(api)
	}
	sinceSent := func(state.Entry) time.Duration { return time.Since(sent) }
	found := (&search{flight: f, intents: []state.Entry{f.about}, elapsed: sinceSent}).look()
	if !found.alone {
		return nil, f.uncertain(err, found)
	}
	outcome := f.found(f.about, found.jobs[0])
	outcome.AlreadyRunning = false
	return outcome, nil
}

func (f *flight) started(job *langsmith.CreatedJob) *Outcome {
	f.about.Stage, f.about.Job = state.Started, job.ID
	f.ended = job.Status.Done()
	listed := langsmith.Job{ID: job.ID, Name: job.Name, Status: job.Status, Error: job.Error}
	if listed.CreatedAt.Time = f.seen.theirs(time.Now()); listed.CreatedAt.IsZero() {
		listed.CreatedAt.Time = f.ledger.now()
	}
	listed.ConfigID, _ = f.call.Request.ConfigID.Get()
	f.ledger.views.add(f.id.slot.Scope, listed)
	return &Outcome{Job: job, Others: f.others(job.ID)}
}

// refused adds the jobs that run to LangSmith's answer that they are too many.
func (f *flight) refused(err *langsmith.Error) error {
	if !err.TooManyJobs() {
		return err
	}
	now := f.ledger.views.list(f.ctx, f.call)
	return &TooManyJobsError{Err: err, Unfinished: unfinished(now.jobs), ListErr: now.err}
}

// others are the project's other jobs.
func (f *flight) others(except uuid.UUID) []langsmith.Job {
	if f.seen.err != nil {
		f.note(noteNoList)
	}
	return f.seen.others(except)
}
