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
// started: one that is unfinished, that has a fresh report, or that nobody was
// told of yet.
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
		case errors.Is(err, errDeleted), errors.Is(err, errNotShown) && f.isGone(entry):
			f.record(closeEntry(entry))
		case errors.Is(err, errNotShown):
			return f.hiddenOutcome(entry), nil
		case err != nil:
			unread = &EarlierError{Job: entry.Job, Err: err}
		case job.Status.Done() && entry.Told && !f.isFresh(entry, job):
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
// Until LangSmith must have shown it, nothing is started. entries come newest
// first, and are overwritten.
func (f *inFlight) findUnresolved(entries []state.Entry) (*Outcome, error) {
	open := slices.DeleteFunc(entries, func(entry state.Entry) bool {
		return entry.Stage != state.Intended || f.sinceLost(entry) >= LookAgain
	})
	if len(open) == 0 {
		return nil, nil
	}
	f.redate(open)
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
	if wait := LongestLag - f.sinceLost(open[len(open)-1]); wait > 0 {
		uncertain := f.uncertain(nil, found)
		uncertain.Wait = wait
		return nil, uncertain
	}
	return nil, nil
}

// redate lets intents begin now that every known clock has still to come to: the
// clocks were set back, and nobody knows how old they are.
func (f *inFlight) redate(open []state.Entry) {
	now, server := f.ledger.now(), f.jobs.serverTime(time.Now())
	for i := range open {
		entry := &open[i]
		if now.Before(entry.Began) && (entry.Theirs.IsZero() || server.Before(entry.Theirs)) {
			entry.Began, entry.Theirs, entry.Waited = now, server, 0
			f.record(*entry)
		}
	}
}

// findUnowned refuses to start a job where part of what was remembered of equal
// calls is lost, while an unfinished job of the project belongs to no other call.
func (f *inFlight) findUnowned() error {
	jobs, err := f.listAll()
	if err == nil && !f.jobs.tellsAbsence() {
		err = errNoJobs
	}
	if err != nil {
		return f.uncertain(nil, searchResult{err: err})
	}
	known := f.survey()
	unowned := slices.DeleteFunc(unfinished(jobs), func(job langsmith.Job) bool { return slices.Contains(known.Started, job.ID) })
	if len(unowned) == 0 {
		return nil
	}
	return f.uncertain(nil, searchResult{jobs: unowned})
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
func (f *inFlight) uncertain(err error, found searchResult) *UncertainError {
	others := slices.DeleteFunc(f.jobs.others(uuid.Nil, f.ledger.now()), func(job langsmith.Job) bool {
		return slices.ContainsFunc(found.jobs, func(maybe langsmith.Job) bool { return maybe.ID == job.ID })
	})
	return &UncertainError{Err: err, LookErr: found.err, Found: found.jobs, Others: others}
}

// foundOutcome is the outcome of a call whose job was an earlier one's, or was
// found by a search.
func (f *inFlight) foundOutcome(entry state.Entry, job langsmith.Job) *Outcome {
	f.recorded = entry
	entry.Missing, entry.MissingTheirs = time.Time{}, time.Time{}
	if entry.Stage == state.Intended {
		entry.Stage, entry.Job = state.Probable, job.ID
	}
	f.about, f.failed = entry, job.Status.Failed()
	return &Outcome{
		Job:            &langsmith.CreatedJob{ID: job.ID, Name: job.Name, Status: job.Status, Error: job.Error},
		AlreadyRunning: job.Status != langsmith.StatusSuccess,
		AlreadyDone:    job.Status == langsmith.StatusSuccess,
		Probably:       entry.Stage == state.Probable,
		Others:         f.others(job.ID),
	}
}

// hiddenOutcome is the outcome of a call whose job was an earlier one's that
// LangSmith does not show, which proves nothing yet.
func (f *inFlight) hiddenOutcome(entry state.Entry) *Outcome {
	f.note(noteHidden)
	f.recorded, f.about = entry, entry
	if entry.Missing.IsZero() && f.jobs.tellsAbsence() {
		f.about.Missing, f.about.MissingTheirs = f.ledger.now(), f.jobs.serverTime(time.Now())
	}
	return &Outcome{
		Job: &langsmith.CreatedJob{ID: entry.Job}, AlreadyRunning: true,
		Probably: entry.Stage == state.Probable, Others: f.others(entry.Job),
	}
}

var (
	// errDeleted is returned for a job that was deleted through this server.
	errDeleted = errors.New("the job was deleted")
	// errNotShown is returned for a job that LangSmith shows neither alone nor in
	// the list, as far as there is a list.
	errNotShown = errors.New("LangSmith does not show the job")
)

// readJob asks for a remembered job. Where it cannot be read alone, the list will do.
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
	jobs, listErr := f.listAll()
	if at := slices.IndexFunc(jobs, func(job langsmith.Job) bool { return job.ID == id }); at >= 0 {
		return jobs[at], nil
	}
	if notFound && (listErr == nil || f.jobs.err != nil) {
		return langsmith.Job{}, errNotShown
	}
	return langsmith.Job{}, err
}

func (f *inFlight) wasDeleted(job uuid.UUID) bool {
	deleted, err := f.ledger.stores.load(f.ctx, deletionSlot(f.call.slot, job))
	f.noteIf(err, noteNoStore)
	return len(deleted.Entries) > 0
}

// isGone reports whether LangSmith has not shown a job for so long that it is no
// more.
func (f *inFlight) isGone(entry state.Entry) bool {
	return !entry.Missing.IsZero() && f.jobs.tellsAbsence() && f.since(entry.Missing, entry.MissingTheirs) >= LongestLag
}

// freshReport bounds how old a report may be to be returned instead of another.
const freshReport = time.Hour

// isFresh reports whether a job has succeeded so lately that another one would
// tell the same: within an hour, and within a tenth of the window that it read.
func (f *inFlight) isFresh(entry state.Entry, job langsmith.Job) bool {
	if job.Status != langsmith.StatusSuccess {
		return false
	}
	age := f.age(entry)
	// LangSmith's two times come from one clock, which need not be right.
	if took := job.EndTime.Sub(job.CreatedAt.Time); !job.EndTime.IsZero() && took > 0 && took < age {
		age -= took
	}
	return age < min(freshReport, windowOf(f.call.Request, f.ledger.now())/10)
}

// windowOf is how much time a request's job reads. That of a saved config is not
// known, and taken to be short.
func windowOf(request *langsmith.CreateInsightsJobRequest, now time.Time) time.Duration {
	if hours, ok := request.LastNHours.Get(); ok {
		return time.Duration(hours) * time.Hour
	}
	if text, ok := request.StartTime.Get(); ok {
		start, err := text.Time()
		if err != nil {
			return 0
		}
		if text, ok := request.EndTime.Get(); ok {
			if end, err := text.Time(); err == nil {
				return end.Sub(start)
			}
		}
		return now.Sub(start)
	}
	if _, ok := request.ConfigID.Get(); ok {
		return time.Hour
	}
	return 7 * 24 * time.Hour // LangSmith's default
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

// age is how long ago an intent began, at the least.
func (f *inFlight) age(entry state.Entry) time.Duration { return f.since(entry.Began, entry.Theirs) }

// sinceLost is how long ago the answer to an intent's request was given up, at
// the least.
func (f *inFlight) sinceLost(entry state.Entry) time.Duration {
	return max(f.age(entry)-entry.Waited, 0)
}

// since is how long ago a moment was, by this machine's clock or LangSmith's,
// whichever says less: a clock that was set ahead then costs a look too many and
// never one too few. One by which the moment is still to come was set back.
func (f *inFlight) since(ours, theirs time.Time) time.Duration {
	byOurs, byTheirs := f.ledger.now().Sub(ours), time.Duration(-1)
	if now := f.jobs.serverTime(time.Now()); !now.IsZero() && !theirs.IsZero() {
		byTheirs = now.Sub(theirs)
	}
	if byOurs < 0 || byTheirs < 0 {
		return max(byOurs, byTheirs, 0)
	}
	return min(byOurs, byTheirs)
}
