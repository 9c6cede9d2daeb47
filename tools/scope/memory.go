package scope

import (
	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
)

// Memory remembers the scopes of the jobs that one caller started in this process. LangSmith
// does not return them, and the state of paid calls has only digests. A nil Memory remembers
// nothing.
type Memory struct {
	known *ttlcache.Cache[uuid.UUID, *Scope]
}

// maxKnown is the maximum number of jobs in a memory. The least recently used is removed first.
const maxKnown = 1000

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{known: ttlcache.New(ttlcache.WithCapacity[uuid.UUID, *Scope](maxKnown))}
}

// Put stores the scope of a job.
func (m *Memory) Put(job uuid.UUID, scope *Scope) {
	if m != nil {
		m.known.Set(job, scope, ttlcache.NoTTL)
	}
}

// Get returns the scope of a job; nil if it is unknown.
func (m *Memory) Get(job uuid.UUID) *Scope {
	if m == nil {
		return nil
	}
	if item := m.known.Get(job); item != nil {
		return item.Value()
	}
	return nil
}
