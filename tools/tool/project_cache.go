package tool

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/sync/singleflight"

	"langsmith-insights-mcp/langsmith"
)

// ProjectCache caches one caller's projects, each by its id, and by its name if LangSmith
// has no other with that name.
type ProjectCache struct {
	known  *ttlcache.Cache[projectKey, langsmith.Project]
	asking singleflight.Group
}

// projectKey is an id or a name.
type projectKey struct {
	id   uuid.UUID
	name string
}

const (
	// projectTTL is how long a project's name, id and workspace are cached. They rarely
	// change.
	projectTTL = 4 * time.Minute

	maxKnownProjects = 1000
)

// NewProjectCache returns an empty cache.
func NewProjectCache() *ProjectCache {
	return &ProjectCache{known: ttlcache.New(
		ttlcache.WithTTL[projectKey, langsmith.Project](projectTTL),
		ttlcache.WithCapacity[projectKey, langsmith.Project](maxKnownProjects),
		ttlcache.WithDisableTouchOnHit[projectKey, langsmith.Project](),
	)}
}

// Put caches a project by its id alone: it may share its name with others.
func (c *ProjectCache) Put(project langsmith.Project) {
	c.known.Set(projectKey{id: project.ID}, project, ttlcache.DefaultTTL)
}

// maxSample is the maximum number of projects that [ProjectCache.sample] returns.
const maxSample = 3

// sample returns a few of the caller's cached projects.
func (c *ProjectCache) sample() []langsmith.Project {
	var some []langsmith.Project
	c.known.Range(func(item *ttlcache.Item[projectKey, langsmith.Project]) bool {
		if item.Key().id != uuid.Nil {
			some = append(some, item.Value())
		}
		return len(some) < maxSample
	})
	return some
}

func (c *ProjectCache) get(key projectKey) []langsmith.Project {
	if item := c.known.Get(key); item != nil {
		return []langsmith.Project{item.Value()}
	}
	return nil
}

// find returns the projects with an id or a name from the cache, or else as fetch
// returns them. Concurrent callers share one fetch, such as a thousand that wait for one
// job; it does not end with the caller that started it.
func (c *ProjectCache) find(ctx context.Context, key projectKey, fetch func(context.Context) ([]langsmith.Project, error)) ([]langsmith.Project, error) {
	if found := c.get(key); found != nil {
		return found, nil
	}
	fetched := c.asking.DoChan(key.id.String()+key.name, func() (any, error) {
		if found := c.get(key); found != nil { // fetched since this caller looked
			return found, nil
		}
		found, err := fetch(context.WithoutCancel(ctx))
		if err == nil && len(found) == 1 {
			c.Put(found[0])
			c.known.Set(key, found[0], ttlcache.DefaultTTL)
		}
		return found, err
	})
	select {
	case result := <-fetched:
		found, _ := result.Val.([]langsmith.Project)
		return found, result.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
