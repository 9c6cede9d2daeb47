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

// findEqualJob returns the job of an equal call that prevents another one: one that is
// unfinished, that has a fresh report, or whose caller did not get it.
func (f *inFlight) findEqualJob() (*Outcome, error) {
	entries := slices.DeleteFunc(slices.Clone(f.entries), func(entry state.Entry) bool {
		return entry.Stage == state.Ended || entry.Token == f.token
	})
	if len(entries) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(entries, func(a, b state.Entry) int { return b.Began.Compare(a.Began) })
	f.reopen(entries)
	var unread *EarlierError
	for i, entry := range entries {
		if entry.Stage == state.Intended {
			continue
		}
		if f.isFuture(entry.Missing, entry.MissingServerTime) {
			entry.Missing, entry.MissingServerTime = time.Time{}, time.Time{} // a clock was set back, so the two minutes begin again
		}
		job, err := f.readJob(entry.Job)
		if errors.Is(err, errMissing) && f.isGone(entry) {
			job, err = f.readAgain(entry.Job)
		}
		switch {
		case errors.Is(err, errDeleted), errors.Is(err, errMissing) && f.isGone(entry):
			entries[i] = f.endEntry(entry)
		case errors.Is(err, errMissing), errors.Is(err, errHidden):
			return f.hiddenOutcome(entry, errors.Is(err, errMissing)), nil
		case err != nil:
			unread = &EarlierError{Job: entry.Job, Err: err}
		case f.allowsAnother(entry, job):
			entries[i] = f.endEntry(entry, job.ID)
		default:
			return f.foundOutcome(entry, job), nil
		}
	}
	if unread != nil {
		return nil, unread
	}
	return f.findUnresolved(entries)
}

// allowsAnother reports whether a remembered job no longer prevents another one: it has ended,
// its caller has got it, and it has no fresh report.
func (f *inFlight) allowsAnother(entry state.Entry, job langsmith.Job) bool {
	return job.Status.Done() && entry.Delivered && !f.isFresh(entry, job)
}

// endEntry returns an entry whose job no longer prevents another one, and records that it
// has ended. A probable job may be another caller's, though: while an equal call looks for
// the job of a lost response, it looks for another one than the job that it knows.
func (f *inFlight) endEntry(entry state.Entry, known ...uuid.UUID) state.Entry {
	if entry.Stage == state.Probable && (f.jobs.err != nil || f.sinceLost(entry) < LookAgain) {
		entry = entry.Reopen()
		entry.Known = slices.Concat(entry.Known, known)
	} else {
		entry = closeEntry(entry)
	}
	f.record(entry)
	return entry
}

// reopen reopens an entry whose probable job is now known to be another call's.
func (f *inFlight) reopen(entries []state.Entry) {
	if !slices.ContainsFunc(entries, func(entry state.Entry) bool { return entry.Stage == state.Probable }) {
		return
	}
	known := f.survey()
	for i := range entries {
		if entries[i].Stage == state.Probable && slices.Contains(known.Started, entries[i].Job) {
			entries[i] = entries[i].Reopen()
			f.record(entries[i])
		}
	}
}

// findUnresolved looks for the job of an equal call whose outcome is unknown. Until
// LangSmith must have shown it, nothing is started. entries come newest first, and are
// overwritten.
func (f *inFlight) findUnresolved(entries []state.Entry) (*Outcome, error) {
	open := slices.DeleteFunc(entries, func(entry state.Entry) bool { return entry.Stage != state.Intended })
	isOver := func(entry state.Entry) bool { return f.sinceLost(entry) >= LookAgain }
	if f.jobs.err != nil && slices.ContainsFunc(open, isOver) {
		// The list has LangSmith's time. Without it, an age is measured with this machine's
		// clock, which may have been set.
		if f.listAgain(); f.jobs.err != nil {
			return nil, f.newUncertainError(nil, searchResult{err: f.jobs.err})
		}
	}
	open = slices.DeleteFunc(open, isOver)
	if len(open) == 0 {
		return nil, nil
	}
	f.resetBegin(open)
	slices.Reverse(open) // oldest first
	found := (&search{call: f, intents: open, elapsed: f.elapsed}).run()
	switch {
	case f.ctx.Err() != nil:
		return nil, f.ctx.Err()
	case found.alone:
		return f.foundOutcome(found.owner, found.jobs[0]), nil
	case found.err != nil || len(found.jobs) > 0:
		return nil, f.newUncertainError(nil, found)
	case f.reload():
		return f.findEqualJob() // an equal call with AllowDuplicate has ended meanwhile
	}
	latest := f.sinceLost(open[0])
	for _, entry := range open[1:] {
		latest = min(latest, f.sinceLost(entry))
	}
	if wait := LongestLag - latest; wait > 0 {
		uncertain := f.newUncertainError(nil, found)
		uncertain.Wait = wait
		return nil, uncertain
	}
	f.note(noteUnresolved)
	return nil, nil
}

// findUnowned refuses to start a job if a part of the memory of equal calls is lost,
// while an unfinished job of the project belongs to no other call.
func (f *inFlight) findUnowned() error {
	jobs, err := f.listAll()
	if err != nil {
		return f.newUncertainError(nil, searchResult{err: err})
	}
	known := f.survey()
	unowned := slices.DeleteFunc(filterUnfinished(jobs), func(job langsmith.Job) bool { return slices.Contains(known.Started, job.ID) })
	if len(unowned) == 0 {
		return nil
	}
	return f.newUncertainError(nil, searchResult{jobs: unowned})
}

// reload reads the memory again, and reports whether it has a new job: a look takes
// seconds.
func (f *inFlight) reload() bool {
	now, err := f.ledger.stores.load(f.ctx, f.call.slot)
	f.noteIf(err, noteNoStore)
	before := f.entries
	f.entries = mergeEntries(now.Entries, before)
	return slices.ContainsFunc(f.entries, func(entry state.Entry) bool {
		return entry.Job != uuid.Nil && entry.Stage != state.Ended && !slices.ContainsFunc(before, func(had state.Entry) bool {
			return had.Token == entry.Token && had.Job == entry.Job
		})
	})
}

// newUncertainError returns the error of a search that did not find exactly one job.
func (f *inFlight) newUncertainError(err error, found searchResult) *UncertainError {
	others := slices.DeleteFunc(f.jobs.others(uuid.Nil, f.ledger.now()), func(job langsmith.Job) bool {
		return slices.ContainsFunc(found.jobs, func(maybe langsmith.Job) bool { return maybe.ID == job.ID })
	})
	return &UncertainError{Err: err, LookErr: found.err, Found: found.jobs, Others: others}
}

// foundOutcome returns the outcome of a call whose job is an earlier call's, or was found
// by a search.
func (f *inFlight) foundOutcome(entry state.Entry, job langsmith.Job) *Outcome {
	f.recorded = entry
	entry.Missing, entry.MissingServerTime = time.Time{}, time.Time{}
	if entry.Stage == state.Intended {
		entry.Stage, entry.Job = state.Probable, job.ID
	}
	f.about, f.failed = entry, job.Status.Failed()
	return &Outcome{
		Job:            &langsmith.CreatedJob{ID: job.ID, Name: job.Name, Status: job.Status, Error: job.Error},
		Sent:           sendTime(entry),
		AlreadyRunning: job.Status != langsmith.StatusSuccess,
		AlreadyDone:    job.Status == langsmith.StatusSuccess,
		Probably:       entry.Stage == state.Probable,
		Others:         f.others(job.ID),
	}
}

// hiddenOutcome returns the outcome of a call whose job is an earlier call's that
// LangSmith does not show now. missing is whether this counts towards the time after
// which the job is gone.
func (f *inFlight) hiddenOutcome(entry state.Entry, missing bool) *Outcome {
	f.note(noteHidden)
	f.recorded, f.about = entry, entry
	if missing && entry.Missing.IsZero() {
		f.about.Missing, f.about.MissingServerTime = f.ledger.now(), f.jobs.serverTime(time.Now())
	}
	return &Outcome{
		Job: &langsmith.CreatedJob{ID: entry.Job}, Sent: sendTime(entry), AlreadyRunning: true,
		Probably: entry.Stage == state.Probable, Others: f.others(entry.Job),
	}
}

var (
	// errDeleted is the error for a job that was deleted through this server.
	errDeleted = errors.New("the job was deleted")
	// errMissing is the error for a job that LangSmith shows neither by its id nor in the
	// complete list.
	errMissing = errors.New("LangSmith does not show the job")
	// errHidden is the error for a job that LangSmith shows neither by its id nor in the
	// known part of the list.
	errHidden = errors.New("LangSmith does not show the job, nor its whole list of jobs")
)

// readJob reads a remembered job: by its id, else from a new list. An older list has an
// older status.
func (f *inFlight) readJob(id uuid.UUID) (langsmith.Job, error) {
	ctx, cancel := context.WithTimeout(f.ctx, readTimeout)
	defer cancel()
	report, err := f.call.LangSmith.GetJob(ctx, f.call.Project, id)
	if err == nil {
		if report.EndTime.IsZero() && report.Summary != nil {
			report.EndTime = report.Summary.CreatedAt
		}
		return report.Job, nil
	}
	var api *langsmith.Error
	notFound := errors.As(err, &api) && api.Status == http.StatusNotFound
	if notFound && f.wasDeleted(id) {
		return langsmith.Job{}, errDeleted
	}
	f.listAgain()
	jobs, listErr := f.listAll()
	if at := slices.IndexFunc(jobs, func(job langsmith.Job) bool { return job.ID == id }); at >= 0 {
		return jobs[at], nil
	}
	switch {
	case notFound && listErr == nil:
		return langsmith.Job{}, errMissing
	case notFound:
		return langsmith.Job{}, errHidden
	}
	return langsmith.Job{}, err
}

// readAgain looks, for some seconds, for a job that was missing minutes ago and is
// missing now. Nothing may have looked in between, and each of the two misses may be a
// short failure.
func (f *inFlight) readAgain(id uuid.UUID) (job langsmith.Job, err error) {
	for _, pause := range searchPauses[1:] {
		if err := sleep(f.ctx, pause); err != nil {
			return job, err
		}
		if job, err = f.readJob(id); !errors.Is(err, errMissing) {
			return job, err
		}
	}
	return job, err
}

func (f *inFlight) wasDeleted(job uuid.UUID) bool {
	deleted, err := f.ledger.stores.load(f.ctx, deletionSlot(f.call.slot, job))
	f.noteIf(err, noteNoStore)
	return len(deleted.Entries) > 0
}

// isGone reports whether a job that LangSmith does not show has been missing for so long
// that it no longer exists.
func (f *inFlight) isGone(entry state.Entry) bool {
	return !entry.Missing.IsZero() && f.since(entry.Missing, entry.MissingServerTime) >= LongestLag
}

// FindRemembered returns the job that [Ledger.Start] would return instead of starting one, as
// far as the memory and the project's list show; nil for none. It is for dry runs: it
// holds no slot, does not wait for equal calls, writes nothing, and requests only the
// list that [Ledger.ListOthers] requests too.
func (l *Ledger) FindRemembered(ctx context.Context, call *Call) *langsmith.Job {
	if call.AllowDuplicate {
		return nil
	}
	f := l.newInFlight(ctx, call)
	defer f.cancel()
	found, err := l.stores.load(ctx, call.slot)
	if err != nil {
		l.log.Warn().Err(err).Msg("the memory of a paid call could not be read for a dry run")
	}
	f.jobs = l.jobLists.get(ctx, call)
	slices.SortStableFunc(found.Entries, func(a, b state.Entry) int { return b.Began.Compare(a.Began) })
	for _, entry := range found.Entries {
		if entry.Stage != state.Started && entry.Stage != state.Probable {
			continue
		}
		job, listed := f.jobs.job(entry.Job)
		if listed && !f.allowsAnother(entry, job) {
			return &job
		}
	}
	return nil
}
