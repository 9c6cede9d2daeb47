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

// earlier returns the job of an equal call that stands in the way of another:
// one that is unfinished, or one that nobody was told of yet.
func (f *flight) earlier() (*Outcome, error) {
	entries := slices.DeleteFunc(slices.Clone(f.entries), func(entry state.Entry) bool {
		return entry.Stage == state.Over || entry.Token == f.token
	})
	if len(entries) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(entries, func(a, b state.Entry) int { return b.Began.Compare(a.Began) })
	f.disown(entries)
	var unread *EarlierError
	for _, entry := range entries {
		if entry.Stage == state.Intended {
			continue
		}
		job, err := f.read(entry.Job)
		switch {
		case isGone(err):
			f.forget(entry)
		case err != nil:
			unread = &EarlierError{Job: entry.Job, Err: err}
		case job.Status.Done() && entry.Told:
			f.forget(entry)
		default:
			return f.found(entry, job), nil
		}
	}
	if unread != nil {
		return nil, unread
	}
	return f.unresolved(entries)
}

// disown turns a job that was probably an intent's, and is now known to be
// another call's, back into an open question.
func (f *flight) disown(entries []state.Entry) {
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

// unresolved looks for the job of an equal call whose outcome nobody knows.
// entries come newest first, and are used up.
func (f *flight) unresolved(entries []state.Entry) (*Outcome, error) {
	open := slices.DeleteFunc(entries, func(entry state.Entry) bool {
		return entry.Stage != state.Intended || f.age(entry) >= LookAgain
	})
	if len(open) == 0 {
		return nil, nil
	}
	slices.Reverse(open) // the oldest first
	found := (&search{flight: f, intents: open, elapsed: f.elapsed}).look()
	switch {
	case f.ctx.Err() != nil:
		return nil, f.ctx.Err()
	case found.alone:
		return f.found(found.owner, found.jobs[0]), nil
	case found.err != nil || len(found.jobs) > 0:
		return nil, f.uncertain(nil, found)
	case f.reload():
		return f.earlier() // an equal call, one that asked for a duplicate, came to its end meanwhile
	}
	return nil, nil
}

// reload reads again what is remembered, and reports whether a job was added to
// it since: a look takes seconds.
func (f *flight) reload() bool {
	l := f.ledger
	now := l.remembered(f.id.slot)
	if l.shared != nil {
		err := l.shared.bounded(f.ctx, func(ctx context.Context) error {
			found, err := l.shared.store.Load(ctx, f.id.slot)
			now = merge(now, found.Entries)
			return err
		})
		if err != nil {
			f.note(noteNoStore)
		}
	}
	before := f.entries
	f.entries = merge(now, before)
	return slices.ContainsFunc(f.entries, func(entry state.Entry) bool {
		return entry.Job != uuid.Nil && entry.Stage != state.Over && !slices.ContainsFunc(before, func(had state.Entry) bool {
			return had.Token == entry.Token && had.Job == entry.Job
		})
	})
}

// uncertain is the error of a search that did not find one job alone.
func (f *flight) uncertain(err error, found looked) error {
	others := slices.DeleteFunc(f.seen.others(uuid.Nil), func(job langsmith.Job) bool {
		return slices.ContainsFunc(found.jobs, func(maybe langsmith.Job) bool { return maybe.ID == job.ID })
	})
	return &UncertainError{Err: err, LookErr: found.err, Found: found.jobs, Others: others}
}

// found is the outcome of a call whose job was an earlier one's, or was found
// by a search.
func (f *flight) found(entry state.Entry, job langsmith.Job) *Outcome {
	f.written = entry
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

// read asks for a remembered job. Where it cannot be read alone, the list that
// was just fetched will do.
func (f *flight) read(id uuid.UUID) (langsmith.Job, error) {
	ctx, cancel := context.WithTimeout(f.ctx, readTimeout)
	defer cancel()
	report, err := f.call.LangSmith.GetJob(ctx, f.call.Project, id)
	if err == nil {
		return report.Job, nil
	}
	if job, listed := f.seen.job(id); listed && f.seen.err == nil && !isGone(err) {
		return job, nil
	}
	return langsmith.Job{}, err
}

func isGone(err error) bool {
	var api *langsmith.Error
	return errors.As(err, &api) && api.Status == http.StatusNotFound
}

// elapsed is how long ago an intent began, at the most: exactly so where this
// process measured it, and otherwise as long as an intent matters, since the
// clock of another process may be off.
func (f *flight) elapsed(entry state.Entry) time.Duration {
	if measured := entry.Began != entry.Began.Round(0); measured { // has a monotonic reading
		return f.ledger.now().Sub(entry.Began)
	}
	return LookAgain
}

// age is how long ago an intent began, by LangSmith's clock or this machine's,
// whichever says less: a clock that jumped then costs a look too many and never
// one too few.
func (f *flight) age(entry state.Entry) time.Duration {
	ours := f.ledger.now().Sub(entry.Began)
	if now := f.seen.theirs(time.Now()); !now.IsZero() && !entry.Theirs.IsZero() {
		ours = min(ours, now.Sub(entry.Theirs))
	}
	return max(ours, 0)
}
