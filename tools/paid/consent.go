package paid

import (
	"context"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/tools/paid/state"
)

// consentLifetime is how long a person's consent can be used.
const consentLifetime = 24 * time.Hour

// UseConsent uses a person's consent, which is valid for one call, however often a
// client sends it. It reports whether the consent is valid: not used before, here or in a
// process that shares the state, and given to a question that was asked within
// consentLifetime. question is unique.
func (l *Ledger) UseConsent(ctx context.Context, question string, asked time.Time) bool {
	now := l.now()
	if asked.Before(now.Add(-consentLifetime)) || asked.After(now.Add(clockSlack)) {
		return false
	}
	tally := state.Tally{Caller: digest("agreement/1", []byte(question)), Day: asked.UTC().Format(time.DateOnly)}
	// If the shared state fails, which is logged, this process's own memory decides.
	first, _ := l.stores.count(ctx, tally, uuid.New(), 1)
	return first
}
