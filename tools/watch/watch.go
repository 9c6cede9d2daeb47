// Package watch follows Insights jobs: however many callers wait for one job
// with the same credential, LangSmith is asked once an interval for it.
package watch

// Watcher follows jobs. It is safe for concurrent use.
type Watcher struct{}

// New returns a Watcher that follows nothing yet.
func New() *Watcher { return &Watcher{} }
