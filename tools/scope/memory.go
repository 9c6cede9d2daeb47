package scope

import (
	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
)

// Memory remembers what the jobs read that one caller started in this process:
// LangSmith does not return it, and what outlives a process keeps digests alone. A nil
// Memory remembers nothing.
type Memory struct {
	known *ttlcache.Cache[uuid.UUID, *Scope]
}

// maxKnown is how many jobs a memory holds. The one unused for longest goes first.
const maxKnown = 1000

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{known: ttlcache.New(ttlcache.WithCapacity[uuid.UUID, *Scope](maxKnown))}
}

// Put remembers what a job reads.
func (m *Memory) Put(job uuid.UUID, scope *Scope) {
	if m != nil {
		m.known.Set(job, scope, ttlcache.NoTTL)
	}
}

// Get returns what a job reads; nil where that is not known.
func (m *Memory) Get(job uuid.UUID) *Scope {
	if m == nil {
		return nil
	}
	if item := m.known.Get(job); item != nil {
		return item.Value()
	}
	return nil
}
