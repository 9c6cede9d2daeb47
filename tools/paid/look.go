package paid

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// lookPauses come before each look for a job that may have been started.
var lookPauses = [...]time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}

const (
	lookTimeout = 20 * time.Second // all looks together
	mostPages   = 10               // of a project's jobs
	rivalAge    = 2 * time.Minute  // how long ago another call may have begun whose job is still to appear

	// How much earlier than the request a job may seem to have been made, since
	// LangSmith's Date and its created_at need not come from one clock. More
	// where the jobs from before the request are known one by one.
	slackUnknown = 5 * time.Second
	slackKnown   = time.Minute
)

// looked is what a search found.
type looked struct {
	jobs  []langsmith.Job // that may be the intent's
	alone bool            // there is one, and no other call that could own it
	err   error           // why no list came at all
}

// look searches for the job of an intent, several times, since LangSmith may
// still be at work on the request. since tells how long ago the intent was. A
// single job counts when two looks in a row found it and nothing else, or the
// last one did.
func (f *flight) look(intent state.Entry, since func() time.Duration) looked {
	ctx, cancel := context.WithTimeout(f.ctx, lookTimeout)
	defer cancel()
	var latest looked
	seen, before := false, uuid.Nil
	for _, pause := range lookPauses {
		if sleep(ctx, pause) != nil {
			break
		}
		listed, err := f.listed(ctx, intent, since)
		if err != nil {
			if !seen {
				latest.err = err
			}
			continue
		}
		seen = true
		// After the list: a call writes its intent before it can have a job in it.
		known := f.survey()
		jobs := f.candidates(listed, intent, known.Started)
		latest = looked{jobs: jobs, alone: len(jobs) == 1 && !f.rivals(known.Open)}
		if latest.alone && jobs[0].ID == before {
			break
		}
		before = uuid.Nil
		if latest.alone {
			before = jobs[0].ID
		}
	}
	if !seen && latest.err == nil {
		latest.err = ctx.Err()
	}
	return latest
}

// candidates are the jobs of a list that may be the intent's: not known before
// it, of the name and config that the request asked for, and not known to be
// another call's.
func (f *flight) candidates(listed []langsmith.Job, intent state.Entry, claimed []uuid.UUID) []langsmith.Job {
	name, named := f.call.Request.Name.Get()
	config, configured := f.call.Request.ConfigID.Get()
	return slices.DeleteFunc(listed, func(job langsmith.Job) bool {
		return named && job.Name != name || configured && job.ConfigID != config ||
			slices.Contains(intent.Known, job.ID) || slices.Contains(claimed, job.ID)
	})
}

// listed returns the project's jobs that were created since the intent.
func (f *flight) listed(ctx context.Context, intent state.Entry, since func() time.Duration) ([]langsmith.Job, error) {
	first := list(ctx, f.call)
	if first.err != nil {
		return nil, first.err
	}
	from := createdFrom(intent, first, since(), f.ledger.now())
	jobs, err := f.further(ctx, first.jobs, from)
	if err != nil {
		return nil, err
	}
	f.ledger.views.put(f.id.slot.Scope, first)
	f.seen = first
	if intent.Complete { // then what was not there before came since, whatever the clocks say
		return jobs, nil
	}
	return slices.DeleteFunc(jobs, func(job langsmith.Job) bool {
		return !job.CreatedAt.IsZero() && job.CreatedAt.Before(from)
	}), nil
}

// createdFrom is the earliest moment, by LangSmith's clock, at which the job of
// an intent can have been created.
func createdFrom(intent state.Entry, now *view, since time.Duration, ours time.Time) time.Time {
	switch {
	case !intent.Theirs.IsZero():
		return intent.Theirs.Add(-slackKnown)
	case !now.date.IsZero():
		return now.date.Add(-since - slackUnknown)
	}
	return ours.Add(-since - slackUnknown)
}

// further adds the pages after the first, as far as they can hold a job that is
// recent enough. LangSmith's order is not documented.
func (f *flight) further(ctx context.Context, page []langsmith.Job, from time.Time) ([]langsmith.Job, error) {
	jobs := slices.Clone(page)
	for pages := 1; len(page) >= viewPage && pages < mostPages; pages++ {
		newestFirst := slices.IsSortedFunc(page, func(a, b langsmith.Job) int { return b.CreatedAt.Compare(a.CreatedAt.Time) })
		if newestFirst && page[len(page)-1].CreatedAt.Before(from) {
			break
		}
		next, err := f.call.LangSmith.ListJobs(ctx, f.call.Project, uuid.Nil, viewPage, pages*viewPage)
		if err != nil {
			return nil, err
		}
		page = next.Jobs
		for _, job := range page { // a job made in between moves the others on
			if !slices.ContainsFunc(jobs, func(have langsmith.Job) bool { return have.ID == job.ID }) {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs, nil
}

// survey asks every memory what belongs to other calls of this caller in this
// project.
func (f *flight) survey() state.Surveyed {
	l := f.ledger
	all := l.local.Overview(f.id.slot.Scope)
	if l.shared == nil {
		return all
	}
	err := l.shared.bounded(f.ctx, func(ctx context.Context) error {
		theirs, err := l.shared.store.Survey(ctx, f.id.slot.Scope)
		all.Started = append(all.Started, theirs.Started...)
		all.Open = append(all.Open, theirs.Open...)
		return err
	})
	if err != nil {
		f.note(noteNoSurvey)
	}
	return all
}

// rivals reports whether another call is under way whose job a job that was
// found could just as well be. Equal calls are none: the job answers them all.
func (f *flight) rivals(open []state.Entry) bool {
	return slices.ContainsFunc(open, func(open state.Entry) bool {
		if open.Token == f.token || slices.ContainsFunc(f.entries, func(own state.Entry) bool { return own.Token == open.Token }) {
			return false
		}
		return f.ledger.now().Sub(open.Began).Abs() < rivalAge
	})
}

func sleep(ctx context.Context, pause time.Duration) error {
	if pause == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
