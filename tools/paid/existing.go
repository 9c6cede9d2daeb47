package paid

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// readTimeout bounds reading one remembered job.
const readTimeout = 15 * time.Second

// existingJob returns the job of an equal call that keeps another one from being
// started: one that is unfinished, or one that nobody was told of yet.
func (f *inFlight) existingJob() (*Outcome, error) {
	entries := slices.DeleteFunc(slices.Clone(f.entries), func(entry state.Entry) bool {
		return entry.Stage == state.Over || entry.Token == f.token
	})
	if len(entries) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(entries, func(a, b state.Entry) int { return b.Began.Compare(a.Began) })
	f.reopen(entries)
	var unread *EarlierError
	for _, entry := range entries {
		if entry.Stage == state.Intended {
			continue
		}
		job, err := f.readJob(entry.Job)
		switch {
		case isNotFound(err):
			f.record(closeEntry(entry))
		case err != nil:
			unread = &EarlierError{Job: entry.Job, Err: err}
		case job.Status.Done() && entry.Told:
			f.record(closeEntry(entry))
		default:
			return f.foundOutcome(entry, job), nil
		}
	}
	if unread != nil {
		return nil, unread
	}
	return f.findUnresolved(entries)
}

// reopen turns an entry whose probable job is now known to be another call's
// back into an intent without an outcome.
func (f *inFlight) reopen(entries []state.Entry) {
	if !slices.ContainsFunc(entries, func(entry state.Entry) bool { return entry.Stage == state.Probable }) {
		return
	}
	known := f.survey()
	for i := range entries {
		if entries[i].Stage == state.Probable && slices.Contains(known.Started, entries[i].Job) {
			entries[i].Stage, entries[i].Job = state.Intended, uuid.Nil
		}
	}
}

// findUnresolved looks for the job of an equal call whose outcome nobody knows.
// entries come newest first, and are overwritten.
func (f *inFlight) findUnresolved(entries []state.Entry) (*Outcome, error) {
	open := slices.DeleteFunc(entries, func(entry state.Entry) bool {
		return entry.Stage != state.Intended || f.age(entry) >= LookAgain
	})
	if len(open) == 0 {
		return nil, nil
	}
	slices.Reverse(open) // the oldest first
	found := (&search{call: f, intents: open, elapsed: f.elapsed}).run()
	switch {
	case f.ctx.Err() != nil:
		return nil, f.ctx.Err()
	case found.alone:
		return f.foundOutcome(found.owner, found.jobs[0]), nil
	case found.err != nil || len(found.jobs) > 0:
		return nil, f.uncertain(nil, found)
	case f.reload():
		return f.existingJob() // an equal call, one with AllowDuplicate, has ended meanwhile
	}
	return nil, nil
}

// reload reads again what is remembered, and reports whether a job was added to
// it since: a look takes seconds.
func (f *inFlight) reload() bool {
	now, err := f.ledger.stores.load(f.ctx, f.call.slot)
	f.noteIf(err, noteNoStore)
	before := f.entries
	f.entries = mergeEntries(now.Entries, before)
	return slices.ContainsFunc(f.entries, func(entry state.Entry) bool {
		return entry.Job != uuid.Nil && entry.Stage != state.Over && !slices.ContainsFunc(before, func(had state.Entry) bool {
			return had.Token == entry.Token && had.Job == entry.Job
		})
	})
}

// uncertain is the error of a search that did not find one job alone.
func (f *inFlight) uncertain(err error, found searchResult) error {
	others := slices.DeleteFunc(f.jobs.others(uuid.Nil, f.ledger.now()), func(job langsmith.Job) bool {
		return slices.ContainsFunc(found.jobs, func(maybe langsmith.Job) bool { return maybe.ID == job.ID })
	})
	return &UncertainError{Err: err, LookErr: found.err, Found: found.jobs, Others: others}
}

// foundOutcome is the outcome of a call whose job was an earlier one's, or was
// found by a search.
func (f *inFlight) foundOutcome(entry state.Entry, job langsmith.Job) *Outcome {
	f.recorded = entry
	if entry.Stage == state.Intended {
		entry.Stage, entry.Job = state.Probable, job.ID
	}
	f.about, f.ended = entry, job.Status.Done()
	return &Outcome{
		Job:            &langsmith.CreatedJob{ID: job.ID, Name: job.Name, Status: job.Status, Error: job.Error},
		AlreadyRunning: true,
		Probably:       entry.Stage == state.Probable,
		Others:         f.others(job.ID),
	}
}

// readJob asks for a remembered job. Where it cannot be read alone, the list that
// was just fetched will do.
func (f *inFlight) readJob(id uuid.UUID) (langsmith.Job, error) {
	ctx, cancel := context.WithTimeout(f.ctx, readTimeout)
	defer cancel()
	report, err := f.call.LangSmith.GetJob(ctx, f.call.Project, id)
	if err == nil {
		return report.Job, nil
	}
	if job, listed := f.jobs.job(id); listed && f.jobs.err == nil && !isNotFound(err) {
		return job, nil
	}
	return langsmith.Job{}, err
}

func isNotFound(err error) bool {
	var api *langsmith.Error
	return errors.As(err, &api) && api.Status == http.StatusNotFound
}

// elapsed is how long ago an intent began, at the most: exactly so where this
// process measured it, and otherwise as long as an intent matters, since the
// clock of another process may be off.
func (f *inFlight) elapsed(entry state.Entry) time.Duration {
	if measured := entry.Began != entry.Began.Round(0); measured { // has a monotonic reading
		return f.ledger.now().Sub(entry.Began)
	}
	return LookAgain
}

// age is how long ago an intent began, by LangSmith's clock or this machine's,
// whichever says less: a clock that jumped then costs a look too many and never
// one too few.
func (f *inFlight) age(entry state.Entry) time.Duration {
	ours := f.ledger.now().Sub(entry.Began)
	if now := f.jobs.serverTime(time.Now()); !now.IsZero() && !entry.Theirs.IsZero() {
		ours = min(ours, now.Sub(entry.Theirs))
	}
	return max(ours, 0)
}
