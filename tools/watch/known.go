package watch

import (
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
)

// knownJobs has the jobs that exist: LangSmith has lately acknowledged their start, or
// returned them. A single 404 or 403 proves nothing about such a job, so that it does not end
// a wait.
type knownJobs = ttlcache.Cache[key, struct{}]

const (
	// knownTTL is how long a new wait for a known job continues after a refusal. A job that
	// was deleted elsewhere, or whose key was revoked, is refused at once after it.
	knownTTL = time.Minute
	maxKnown = 10_000

	// maxRefused is how long LangSmith may refuse a known job until the polling ends: as long
	// as the longest wait, so that it ends only tasks without a timeout.
	maxRefused = 30 * time.Minute
)

func newKnownJobs() *knownJobs {
	return ttlcache.New(
		ttlcache.WithTTL[key, struct{}](knownTTL),
		ttlcache.WithCapacity[key, struct{}](maxKnown),
		ttlcache.WithDisableTouchOnHit[key, struct{}](),
	)
}

// RecordStarted records that LangSmith has acknowledged the start of a job.
func (w *Watcher) RecordStarted(client *langsmith.Client, project, job uuid.UUID) {
	w.known.Set(newKey(client, project, job), struct{}{}, ttlcache.DefaultTTL)
}

// RecordDeleted records that a job was deleted.
func (w *Watcher) RecordDeleted(client *langsmith.Client, project, job uuid.UUID) {
	w.known.Delete(newKey(client, project, job))
}
