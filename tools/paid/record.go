package paid

import (
	"context"
	"math"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

// remember writes down what the outcome says about the intent it belongs to,
// and whether anybody was there to be told.
func (f *flight) remember(told bool) {
	if f.about.Job == uuid.Nil {
		return // nothing is known that the intent does not say
	}
	entry := f.about
	entry.Told = entry.Told || told
	if entry.Told && f.ended {
		entry = closed(entry)
	}
	if entry.Token != f.written.Token || entry.Stage != f.written.Stage || entry.Told != f.written.Told {
		f.write(entry)
	}
}

// forget drops a job that stands in nobody's way any more.
func (f *flight) forget(entry state.Entry) { f.write(closed(entry)) }

// closed is an intent that is over. What was probably its job stays anybody's.
func closed(entry state.Entry) state.Entry {
	if entry.Stage == state.Probable {
		entry.Job = uuid.Nil
	}
	entry.Stage = state.Over
	return entry
}

// over writes down that the call's own intent started nothing.
func (f *flight) over() {
	f.write(closed(f.about))
	f.about = state.Entry{}
}

// write puts an entry into every memory there is.
func (f *flight) write(entry state.Entry) {
	l := f.ledger
	f.written = entry
	f.rememberLocally(entry)
	if l.shared == nil {
		return
	}
	if err := l.shared.record(context.WithoutCancel(f.ctx), f.id.slot, entry); err != nil {
		f.note(noteNoStore)
	}
}

// rememberLocally puts an entry into the memory of this process.
func (f *flight) rememberLocally(entry state.Entry) {
	if err := f.ledger.local.Record(f.ctx, f.id.slot, entry); err != nil {
		f.ledger.log.Warn().Err(err).Msg("a paid call is not remembered")
		f.note(noteNoStore)
	}
}

// count takes one of the jobs that the caller may start today.
func (f *flight) count() error {
	l := f.ledger
	if l.most <= 0 || f.tally != nil {
		return nil
	}
	today := l.now().UTC()
	tally := state.Tally{Caller: f.id.caller, Day: today.Format(time.DateOnly)}
	most, counted := l.most, true
	if l.shared != nil {
		err := l.shared.bounded(f.ctx, func(ctx context.Context) (err error) {
			counted, err = l.shared.store.Count(ctx, tally, f.token, l.most)
			return err
		})
		if err == nil {
			most = math.MaxInt // what the others know counts; this process only keeps up
		} else {
			f.note(noteNoStore)
			counted = true
		}
	}
	if counted {
		counted, _ = l.local.Count(f.ctx, tally, f.token, most) // a memory can always count
	}
	if !counted {
		return &LimitError{Most: l.most, Resets: today.Truncate(24 * time.Hour).Add(24 * time.Hour), Others: f.others(uuid.Nil)}
	}
	f.tally = &tally
	return nil
}

// uncount gives it back where nothing was started.
func (f *flight) uncount() {
	l := f.ledger
	if f.tally == nil {
		return
	}
	_ = l.local.Uncount(f.ctx, *f.tally, f.token)
	if l.shared != nil {
		err := l.shared.bounded(context.WithoutCancel(f.ctx), func(ctx context.Context) error {
			return l.shared.store.Uncount(ctx, *f.tally, f.token)
		})
		if err != nil {
			f.note(noteNoStore)
		}
	}
	f.tally = nil
}
