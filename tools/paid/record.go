package paid

import (
	"context"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

// recordOutcome writes the outcome into its intent, and whether a caller got it.
func (f *inFlight) recordOutcome(delivered bool) {
	if f.about.Job == uuid.Nil {
		return // the intent already says what is known
	}
	entry := f.about
	entry.Delivered = entry.Delivered || delivered
	if entry.Delivered && f.failed {
		entry = closeEntry(entry)
	}
	if entry.Token != f.recorded.Token || entry.Stage != f.recorded.Stage || entry.Delivered != f.recorded.Delivered || !entry.Missing.Equal(f.recorded.Missing) {
		f.record(entry)
	}
}

// closeEntry returns an entry that does not prevent another job. A probable job may then
// be any call's.
func closeEntry(entry state.Entry) state.Entry {
	if entry.Stage == state.Probable {
		entry.Job = uuid.Nil
	}
	entry.Stage = state.Ended
	return entry
}

// closeIntent records that the call's own intent started nothing.
func (f *inFlight) closeIntent() {
	f.record(closeEntry(f.about))
	f.about = state.Entry{}
}

// record writes an entry, even if no caller waits any more.
func (f *inFlight) record(entry state.Entry) {
	f.recorded = entry
	f.noteIf(f.ledger.stores.record(context.WithoutCancel(f.ctx), f.call.slot, entry), noteNoStore)
}
