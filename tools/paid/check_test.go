package paid

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
)

// localTime converts LangSmith's time to the harness's.
func (h *harness) localTime(job sandbox.StartedJob) time.Time {
	return job.CreatedAt.Add(-h.schedule.skew)
}

// jobDuration is how long a job of the harness is unfinished.
const jobDuration = 20 * time.Minute

func (h *harness) callOf(number int) *seenCall {
	at := slices.IndexFunc(h.calls, func(c *seenCall) bool { return c.number == number })
	return h.calls[at]
}

// check returns the promises that a run has broken.
func (h *harness) check() []string {
	var wrong []string
	fail := func(format string, values ...any) { wrong = append(wrong, fmt.Sprintf(format, values...)) }
	if h.leftovers != "" {
		fail("secrets were written: %s", h.leftovers)
	}
	jobsOf := map[int][]uuid.UUID{}
	owner := map[uuid.UUID]*seenCall{}
	for _, job := range h.jobs {
		if by := h.attemptOf(job); by != nil {
			jobsOf[by.call] = append(jobsOf[by.call], job.ID)
			owner[job.ID] = h.callOf(by.call)
		}
	}
	for call, jobs := range jobsOf {
		if len(jobs) > 1 {
			fail("call %d started %d jobs: %v", call, len(jobs), jobs)
		}
	}
	for _, call := range h.calls {
		h.checkOutcome(call, owner, fail)
		if !call.died && deniesStart(call.err) && len(jobsOf[call.number]) > 0 {
			fail("call %d says that nothing was started (%v), and started %v", call.number, call.err, jobsOf[call.number])
		}
		var left *DisconnectedError
		if errors.As(call.err, &left) && !left.Sent && !call.died && len(jobsOf[call.number]) > 0 && h.isAlone(call) {
			fail("call %d left before anything was sent, and still started %v", call.number, jobsOf[call.number])
		}
	}
	for _, job := range h.jobs {
		if by := owner[job.ID]; by != nil && !h.isFound(job, by) && !h.hasNoFinder(by) && h.wasRequestedAgain(job, by) {
			fail("job %s of call %d was never reported or found", job.ID, by.number)
		}
	}
	for _, double := range h.findDuplicates() {
		if double.reason == "" {
			fail("call %d asked for a job at %s although job %s of the equal call %d was unfinished", double.attempt.call, double.attempt.at.Sub(h.began), double.job.ID, double.by.number)
		}
	}
	if most := h.schedule.perDay; most > 0 && len(owner) > most && h.isOneDay() {
		fail("%d jobs were started in a day in which %d are allowed", len(owner), most)
	}
	return wrong
}

// checkOutcome compares the outcome of a call with the facts.
func (h *harness) checkOutcome(call *seenCall, owner map[uuid.UUID]*seenCall, fail func(string, ...any)) {
	if took := call.ended.Sub(call.began); took > 15*time.Minute {
		fail("call %d took %s", call.number, took)
	}
	if call.died {
		return
	}
	if call.err != nil {
		h.checkError(call, fail)
		return
	}
	by := owner[call.outcome.Job.ID]
	switch out := call.outcome; {
	case !slices.ContainsFunc(h.jobs, func(job sandbox.StartedJob) bool { return job.ID == out.Job.ID }):
		fail("call %d reported job %s, which is none", call.number, out.Job.ID)
	case out.Probably:
		if by != nil && by.question != call.question && by.err == nil && !by.died && !by.outcome.Probably && !h.hadNoMemory(call, by) {
			fail("call %d took job %s for its own, which the other call %d surely started", call.number, out.Job.ID, by.number)
		}
	case by == nil:
		fail("call %d reported another caller's job %s as its own", call.number, out.Job.ID)
	case (out.AlreadyRunning || out.AlreadyDone) && by.question != call.question:
		fail("call %d reported job %s of call %d, which is not equal", call.number, out.Job.ID, by.number)
	case !out.AlreadyRunning && !out.AlreadyDone && by != call:
		fail("call %d reported job %s, which call %d started", call.number, out.Job.ID, by.number)
	}
}

// hadNoMemory reports whether a call had no memory of another one, or no longer expected
// a job of it.
func (h *harness) hadNoMemory(call, other *seenCall) bool {
	apart := call.process != other.process
	if apart && (h.schedule.store == inMemory || len(h.outages)+len(h.fullSpans)+len(h.forgotten)+len(h.replaced)+len(h.damages) > 0) {
		return true
	}
	return len(h.jumps) > 0 || other.ended.Sub(other.began) > LongestLag || call.ended.Sub(other.began) > LongestLag
}

// deniesStart reports whether an error tells its caller that no job was started.
func deniesStart(err error) bool {
	var many *TooManyJobsError
	var limit *LimitError
	var earlier *EarlierError
	var uncertain *UncertainError
	var api *langsmith.Error
	switch {
	case errors.As(err, &uncertain):
		return false
	case errors.As(err, &many), errors.As(err, &limit), errors.As(err, &earlier), errors.Is(err, ErrBusy), errors.Is(err, errInterrupted):
		return true
	}
	return errors.As(err, &api) && !api.Ambiguous()
}

// checkError allows only the documented errors of a call.
func (h *harness) checkError(call *seenCall, fail func(string, ...any)) {
	var uncertain *UncertainError
	var many *TooManyJobsError
	var limit *LimitError
	var earlier *EarlierError
	var left *DisconnectedError
	var api *langsmith.Error
	switch {
	case errors.As(call.err, &uncertain), errors.As(call.err, &many), errors.As(call.err, &limit), errors.As(call.err, &earlier), errors.As(call.err, &left):
	case errors.As(call.err, &api) && !api.Ambiguous():
	case errors.Is(call.err, errInterrupted), errors.Is(call.err, ErrBusy):
	default:
		fail("call %d ended with %v", call.number, call.err)
	}
	young := call.number < finalRepeatedCalls || len(h.jumps) > 0 // an intent may be younger than two minutes, by its clock
	waits := young && errors.As(call.err, &uncertain) && uncertain.Wait <= LongestLag
	// A list without a job that was there before may lack others, too.
	partial := errors.As(call.err, &uncertain) && errors.Is(uncertain.LookErr, errPartialList) && h.schedule.display.otherJobsEnd == deleted
	if call.last && !waits && !partial && !errors.As(call.err, &limit) && !(errors.As(call.err, &uncertain) && len(uncertain.Found) > 0) {
		fail("the last call for question %d ended with %v", call.question, call.err)
	}
}

// isFound reports whether a job was reported to its caller, or to the caller of an equal
// call.
func (h *harness) isFound(job sandbox.StartedJob, by *seenCall) bool {
	among := func(jobs []langsmith.Job) bool {
		return slices.ContainsFunc(jobs, func(other langsmith.Job) bool { return other.ID == job.ID })
	}
	return slices.ContainsFunc(h.calls, func(call *seenCall) bool {
		if call.died || call.question != by.question {
			return false
		}
		var uncertain *UncertainError
		var limit *LimitError
		switch {
		case call.err == nil:
			return call.outcome.Job.ID == job.ID || among(call.outcome.Others)
		case errors.As(call.err, &uncertain):
			return among(uncertain.Found) || among(uncertain.Others)
		case errors.As(call.err, &limit):
			return among(limit.Others)
		}
		return false
	})
}

// isAlone reports whether no other caller can have waited for a call's outcome.
func (h *harness) isAlone(call *seenCall) bool {
	return !slices.ContainsFunc(h.calls, func(other *seenCall) bool {
		return other != call && other.question == call.question && !other.began.After(call.ended) && !other.ended.Before(call.began)
	})
}

// wasRequestedAgain reports whether an equal call was made after the job existed.
func (h *harness) wasRequestedAgain(job sandbox.StartedJob, by *seenCall) bool {
	return slices.ContainsFunc(h.calls, func(call *seenCall) bool {
		heard := !call.died && call.err == nil || call.last
		return heard && call.question == by.question && call.began.After(h.localTime(job).Add(h.schedule.display.listLag))
	})
}

// hasNoFinder reports whether no call can have found a call's job: its memory was lost with
// its process, and no later response lists the project's jobs, or a list of one page does
// not have it.
func (h *harness) hasNoFinder(by *seenCall) bool {
	last := h.callOf(finalCalls + by.question)
	d := h.schedule.display
	switch {
	case h.schedule.store == inMemory && by.process.isDead() && last.err != nil:
		return true
	case d.oldJobs >= listPage-20 && d.order != newestFirst:
		return true // the page that is listed does not show it
	}
	return d.noDate && len(h.jumps) > 0 // no clock tells that its report is recent
}

// duplicate is a job that was started while an equal call's job was unfinished, or could
// still appear.
type duplicate struct {
	attempt *attempt
	job     sandbox.StartedJob
	by      *seenCall
	reason  string // why no client could prevent it; empty for a broken promise
}

func (h *harness) findDuplicates() []duplicate {
	var found []duplicate
	for number, attempt := range h.attempts {
		call := h.callOf(attempt.call)
		if call.duplicate {
			continue
		}
		for _, job := range h.jobs {
			mark := h.attemptOf(job)
			if mark == nil || mark.call == call.number || slices.Index(h.attempts, mark) > number {
				continue
			}
			by, made := h.callOf(mark.call), h.localTime(job)
			if by.question != call.question || attempt.at.Sub(made) >= jobDuration {
				continue
			}
			found = append(found, duplicate{attempt, job, by, h.excusableReason(attempt, job, mark, by)})
		}
	}
	return found
}

// excusableReason returns why a second request could not be prevented, in the words of the
// package's documentation.
func (h *harness) excusableReason(attempt *attempt, job sandbox.StartedJob, mark *attempt, by *seenCall) string {
	apart := attempt.process != mark.process
	call := h.callOf(attempt.call)
	inItself := func(c *seenCall) bool { return c.process == attempt.process }
	shared := func(c *seenCall) bool { return !slices.Contains(c.outcome.Notes, noteNoStore) && !h.wasLostByStore(c) }
	sure := by.err == nil && !by.died && !by.outcome.Probably || h.wasLearned(job, call, func(c *seenCall) bool { return inItself(c) || shared(c) })
	// What the process knows nothing of itself, its own intent included.
	elsewhere := apart || attempt.at.Sub(mark.at) > LookAgain-2*time.Second && !h.wasLearned(job, call, inItself)
	between := func(s span) bool { return !s.to.Before(by.began) && !s.from.After(attempt.at) }
	stored := h.storedAt(by)
	writing := func(s span) bool { return !s.to.Before(by.began) && !s.from.After(stored) }
	missed := func(s span) bool { return writing(s) && (by.process.isDead() || attempt.at.Before(stored)) }
	passed := func(at time.Time) bool { return !at.After(attempt.at) }
	reading := func(s span) bool { return s.to.After(attempt.at.Add(-2*storePause)) && !s.from.After(attempt.at) }
	lost := mark.ended // when it was known that the response is lost
	if by.died || mark.process.isDead() {
		lost = mark.at
	}
	switch {
	case attempt.stalled || mark.stalled:
		return "a process stood still between its last check and its request"
	case !sure && !h.listsJob(job, attempt.lastList) && !lost.IsZero() && attempt.at.Sub(lost) >= LongestLag:
		return "the job appeared after the last look"
	case by.duplicate && !mark.at.Before(call.began):
		return "allow_duplicate asked for it while the call was under way"
	case apart && h.schedule.store == inMemory:
		return "the memory died with its process"
	case apart && slices.ContainsFunc(h.outages, missed), elsewhere && slices.ContainsFunc(h.outages, reading), apart && slices.ContainsFunc(h.fullSpans, missed):
		return "the store was down"
	case apart && slices.ContainsFunc(h.forgotten, func(f forgotten) bool { return f.slot == "" && writing(f.span) || f.slot == by.slot && between(f.span) }):
		return "the store forgot it"
	case apart && !h.listsJob(job, attempt.lastList) && slices.ContainsFunc(h.replaced, func(f forgotten) bool { return f.slot == by.slot && between(f.span) }) &&
		(call.outcome == nil || slices.Contains(call.outcome.Notes, noteNoStore)):
		return "its state could not be read, as the result says, and the job was not shown"
	case elsewhere && (!h.listsJob(job, attempt.lastList) || !h.listsJob(job, attempt.at) || attempt.at.Sub(mark.at) > LookAgain-2*time.Second) &&
		slices.ContainsFunc(h.damages, func(at time.Time) bool { return between(span{at, at}) }):
		return "the state was damaged, and the job appeared after the last look or ten minutes had passed"
	case slices.ContainsFunc(h.clocksSet, passed) && (h.schedule.display.noDate || h.dateSetAhead):
		return "a machine's clock was set, and LangSmith's was not known or set ahead"
	case h.countedAsGone(job, call.question, attempt.at):
		return "LangSmith did not show the job at two looks, two minutes apart"
	case !sure && attempt.at.Sub(mark.at) > LookAgain-2*time.Second:
		return "nobody learned of its job within ten minutes"
	case !sure && slices.ContainsFunc(h.jumps, passed) && (!by.dated || h.dateJump != 0):
		return "a clock jumped, and LangSmith's was not known"
	}
	return ""
}

// wasLearned reports whether a call got its job before another one began.
func (h *harness) wasLearned(job sandbox.StartedJob, before *seenCall, counts func(*seenCall) bool) bool {
	return slices.ContainsFunc(h.calls, func(call *seenCall) bool {
		return call.question == before.question && !call.died && call.err == nil && call.outcome.Job.ID == job.ID &&
			call.ended.Before(before.began) && counts(call)
	})
}

// countedAsGone reports whether equal calls could take a job for gone, although it is shown
// again later.
func (h *harness) countedAsGone(job sandbox.StartedJob, question int, by time.Time) bool {
	return slices.ContainsFunc(h.attempts, func(earlier *attempt) bool {
		return !earlier.at.After(by) && h.callOf(earlier.call).question == question && h.wasHiddenTwice(job, earlier.at)
	})
}

// storedAt returns the latest time at which the store got a call's entry: if it was full or
// unavailable, some time after that in which the call's process was not paused.
func (h *harness) storedAt(call *seenCall) time.Time {
	const later = unsavedPause + storePause + storeTimeout + storeAgain
	known := call.ended // the outcome; a caller may leave before
	for _, attempt := range h.attempts {
		if attempt.call == call.number && attempt.ended.After(known) {
			known = attempt.ended
		}
	}
	stored := known
	missing := slices.Concat(h.outages, h.fullSpans)
	for again := true; again; {
		again = false
		for _, s := range missing {
			if s.to.After(call.began) && !s.from.After(stored) && s.to.Add(later).After(stored) {
				stored, again = s.to.Add(later), true
			}
		}
		for _, f := range h.freezes {
			if stored.After(known) && f.process == call.process && !f.from.After(stored) && f.to.Add(later).After(stored) {
				stored, again = f.to.Add(later), true
			}
		}
	}
	return stored
}

// wasLostByStore reports whether the store lost the entries of a call.
func (h *harness) wasLostByStore(call *seenCall) bool {
	return slices.ContainsFunc(h.forgotten, func(f forgotten) bool {
		return !f.to.Before(call.began) && (f.slot == call.slot || f.slot == "" && !f.from.After(call.ended))
	})
}

// isOneDay reports whether all jobs of the run are in one tally.
func (h *harness) isOneDay() bool {
	died := slices.ContainsFunc(h.all, func(p *process) bool { return p.isDead() })
	return len(h.jumps) == 0 && len(h.outages) == 0 && len(h.fullSpans) == 0 && len(h.forgotten) == 0 && len(h.replaced) == 0 && !(h.schedule.store == inMemory && died)
}
