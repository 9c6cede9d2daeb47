package tool

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/sync/singleflight"

	"langsmith-insights-mcp/langsmith"
)

// ProjectCache remembers one caller's projects, each by its id, and by its name
// where LangSmith has no other of that name.
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
	// projectsKnownFor is how long a project's name, id and workspace are believed.
	// They rarely change.
	projectsKnownFor = 4 * time.Minute

	maxKnownProjects = 1000
)

// NewProjectCache returns an empty cache.
func NewProjectCache() *ProjectCache {
	return &ProjectCache{known: ttlcache.New(
		ttlcache.WithTTL[projectKey, langsmith.Project](projectsKnownFor),
		ttlcache.WithCapacity[projectKey, langsmith.Project](maxKnownProjects),
		ttlcache.WithDisableTouchOnHit[projectKey, langsmith.Project](),
	)}
}

// Put remembers a project by its id alone: it may share its name with others.
func (c *ProjectCache) Put(project langsmith.Project) {
	c.known.Set(projectKey{id: project.ID}, project, ttlcache.DefaultTTL)
}

// mostSome is how many projects [ProjectCache.some] returns at most.
const mostSome = 3

// some returns a few of the projects that the caller has used or seen.
func (c *ProjectCache) some() []langsmith.Project {
	var some []langsmith.Project
	c.known.Range(func(item *ttlcache.Item[projectKey, langsmith.Project]) bool {
		if item.Key().id != uuid.Nil {
			some = append(some, item.Value())
		}
		return len(some) < mostSome
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
// returns them. Many callers at once share one fetch, such as a thousand that wait
// for one job; it does not end with the caller that began it.
func (c *ProjectCache) find(ctx context.Context, key projectKey, fetch func(context.Context) ([]langsmith.Project, error)) ([]langsmith.Project, error) {
	if found := c.get(key); found != nil {
		return found, nil
	}
	fetched := c.asking.DoChan(key.id.String()+key.name, func() (any, error) {
		if found := c.get(key); found != nil { // since this caller looked
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
