package paid

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/paid/state"
)

// searchPauses are the pauses before each look for a job that may have been started.
var searchPauses = [...]time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}

const (
	searchTimeout = 20 * time.Second // all looks together

	// clockSlack is how much earlier than the request a job may seem to be created,
	// because LangSmith's Date and its created_at may have different clocks.
	clockSlack = time.Minute
	// unlistedSlack is the same if no list from before the request shows which jobs are
	// older: created_at may be a local time in any zone.
	unlistedSlack = 24 * time.Hour
)

// search looks for the job of an intent, or of one of several equal intents.
type search struct {
	call    *inFlight
	intents []state.Entry // oldest first
	// elapsed returns the age of an intent without LangSmith's time, and whether it is exact.
	elapsed func(state.Entry) (age time.Duration, exact bool)
	found   []langsmith.Job // in any look
}

// searchResult is the result of a search.
type searchResult struct {
	jobs  []langsmith.Job // that may be an intent's
	alone bool            // there is one job, and no other call that could own it
	owner state.Entry     // the intent of that job
	err   error           // why it is unknown whether there is none; nil if jobs were found
}

// run looks several times, because LangSmith may still be processing the request. A job
// that one look found counts; only the last look can show that there is none. A single
// job counts if two looks in a row found no other, or the last one did.
func (s *search) run() searchResult {
	ctx, cancel := context.WithTimeout(s.call.ctx, searchTimeout)
	defer cancel()
	var latest searchResult
	before := false
	for _, pause := range searchPauses {
		if latest.err = sleep(ctx, pause); latest.err != nil {
			break
		}
		latest.err = s.look(ctx)
		if len(s.found) == 0 {
			continue
		}
		// After the list, because a call writes its intent before the list can have its
		// job.
		known := s.call.survey()
		s.found = slices.DeleteFunc(s.found, func(job langsmith.Job) bool { return slices.Contains(known.Started, job.ID) })
		latest.jobs = s.choose(s.found)
		isOne := len(latest.jobs) == 1 && s.isSurelyNew(latest.jobs[0]) && !s.call.mayBelongToOther(known.Open)
		if latest.err != nil {
			latest.alone = latest.alone && isOne
			continue
		}
		if latest.alone = isOne; isOne && before {
			break
		}
		before = isOne
	}
	if len(latest.jobs) > 0 {
		latest.err = nil
	}
	if latest.alone {
		latest.owner = s.owner(latest.jobs[0])
	}
	return latest
}

// look lists the project's jobs and adds those that may be an intent's. If it fails,
// there may be others.
func (s *search) look(ctx context.Context) error {
	f := s.call
	first := f.ledger.jobLists.list(ctx, f.call)
	if first.err != nil {
		return first.err
	}
	jobs, all, err := f.listFurther(ctx, first, s.earliest(first))
	if all && s.lacksKnown(jobs) {
		err = errPartialList
	}
	f.ledger.jobLists.put(f.call.slot.Scope, first)
	f.jobs = first
	for i := range s.intents {
		s.addServerTime(&s.intents[i])
	}
	for _, job := range jobs {
		at := slices.IndexFunc(s.found, func(have langsmith.Job) bool { return have.ID == job.ID })
		switch {
		case at >= 0:
			s.found[at] = job
		case slices.ContainsFunc(s.intents, func(intent state.Entry) bool { return s.isNew(intent, job, first) }):
			s.found = append(s.found, job)
		}
	}
	return err
}

// lacksKnown reports whether the project's jobs lack one that an intent knows, and that
// was not deleted through this server.
func (s *search) lacksKnown(all []langsmith.Job) bool {
	return slices.ContainsFunc(s.intents, func(intent state.Entry) bool {
		return slices.ContainsFunc(intent.Known, func(id uuid.UUID) bool {
			return !slices.ContainsFunc(all, func(job langsmith.Job) bool { return job.ID == id }) && !s.call.wasDeleted(id)
		})
	})
}

// isNew reports whether a job did not exist before an intent's request. A job that is not
// in a complete list from then is new, whatever its name and times.
func (s *search) isNew(intent state.Entry, job langsmith.Job, now *jobList) bool {
	switch {
	case slices.Contains(intent.Known, job.ID):
		return false
	case intent.Complete || job.CreatedAt.IsZero():
		return true
	case !intent.Since.IsZero():
		return !job.CreatedAt.Before(intent.Since)
	}
	return !job.CreatedAt.Before(s.createdFrom(intent, now).Add(-unlistedSlack))
}

// isSurelyNew reports whether a list proves that a job did not exist before an intent's
// request, or whether the times show it for a job that has not ended.
func (s *search) isSurelyNew(job langsmith.Job) bool {
	return slices.ContainsFunc(s.intents, func(intent state.Entry) bool {
		return s.isNew(intent, job, s.call.jobs) && (intent.Complete || !intent.Since.IsZero() || !job.Status.Done() && s.isRecent(intent, job))
	})
}

// choose reduces several jobs by what else they have in common with a request: their
// time, config and name. Each of these may be wrong, so it counts only while it leaves a
// job.
func (s *search) choose(jobs []langsmith.Job) []langsmith.Job {
	request := s.call.call.Request
	config, hasConfig := request.ConfigID.Get()
	name, hasName := request.Name.Get()
	for _, fits := range []func(langsmith.Job) bool{
		func(job langsmith.Job) bool {
			return slices.ContainsFunc(s.intents, func(intent state.Entry) bool { return s.isRecent(intent, job) })
		},
		func(job langsmith.Job) bool { return !hasConfig || job.ConfigID == config },
		func(job langsmith.Job) bool { return !hasName || job.Name == name },
	} {
		if len(jobs) < 2 {
			break
		}
		if fitting := slices.DeleteFunc(slices.Clone(jobs), func(job langsmith.Job) bool { return !fits(job) }); len(fitting) > 0 {
			jobs = fitting
		}
	}
	return jobs
}

// isRecent reports whether the times show that a job was created since an intent.
func (s *search) isRecent(intent state.Entry, job langsmith.Job) bool {
	return job.CreatedAt.IsZero() || !job.CreatedAt.Before(s.createdFrom(intent, s.call.jobs))
}

// owner returns the oldest intent that a job fits.
func (s *search) owner(job langsmith.Job) state.Entry {
	at := slices.IndexFunc(s.intents, func(intent state.Entry) bool {
		return s.isNew(intent, job, s.call.jobs) && s.isRecent(intent, job)
	})
	return s.intents[max(at, 0)]
}

// addServerTime adds LangSmith's time to an intent, if the list from before its request
// could not be read: this machine's clock may be set later.
func (s *search) addServerTime(intent *state.Entry) {
	f := s.call
	age, exact := s.elapsed(*intent)
	if !intent.ServerTime.IsZero() || !exact || f.jobs.date.IsZero() {
		return
	}
	intent.ServerTime = f.jobs.serverTime(time.Now()).Add(-age)
	if f.about.Token == intent.Token {
		f.about = *intent
	}
	f.record(*intent)
}

// createdFrom returns the earliest time, by LangSmith's clock, at which the job of an
// intent can have been created.
func (s *search) createdFrom(intent state.Entry, now *jobList) time.Time {
	if !intent.ServerTime.IsZero() {
		return intent.ServerTime.Add(-clockSlack)
	}
	date := now.date
	if date.IsZero() {
		date = s.call.ledger.now()
	}
	age, _ := s.elapsed(intent)
	return date.Add(-age - clockSlack)
}

// earliest returns the earliest of these times of all intents.
func (s *search) earliest(now *jobList) time.Time {
	from := s.createdFrom(s.intents[0], now)
	for _, intent := range s.intents[1:] {
		if other := s.createdFrom(intent, now); other.Before(from) {
			from = other
		}
	}
	return from
}

// survey returns the memory of all calls of this caller in this project.
func (f *inFlight) survey() state.SurveyResult {
	all, err := f.ledger.stores.survey(f.ctx, f.call.slot.Scope)
	if err != nil || all.Damaged && !f.damaged { // else noteDamaged says it
		f.note(noteNoSurvey)
	}
	return all
}

// mayBelongToOther reports whether a job that was found could as well be that of another call in
// progress. Equal calls do not count, because the job is the outcome of all of them.
func (f *inFlight) mayBelongToOther(open []state.Entry) bool {
	own, err := f.ledger.stores.own.Load(f.ctx, f.call.slot)
	f.noteIf(err, noteNoStore)
	equal := append(own.Entries, f.entries...)
	return slices.ContainsFunc(open, func(other state.Entry) bool {
		isEqual := slices.ContainsFunc(equal, func(own state.Entry) bool { return own.Token == other.Token })
		return !isEqual && f.ledger.now().Sub(other.Began).Abs() < LongestLag
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
