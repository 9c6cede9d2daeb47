package state

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Examine returns a sentence on a configuration with which the store may lose entries,
// empty if there is none. It fails if the store cannot be asked: it is unavailable, or
// this user may not use INFO.
func Examine(ctx context.Context, store Store) (weakness string, err error) {
	if r, ok := store.(*Redis); ok {
		return r.examine(ctx)
	}
	return "", nil
}

// examine reads INFO, because hosted Redis services refuse CONFIG.
func (r *Redis) examine(ctx context.Context) (weakness string, err error) {
	var mu sync.Mutex // the masters of a cluster are asked concurrently
	weaknesses := map[string]bool{}
	examine := func(ctx context.Context, node *redis.Client) error {
		info, err := node.InfoMap(ctx).Result() // all sections: Redis before 7 accepts at most one section's name
		if err != nil {
			return err
		}
		limit, policy := info["Memory"]["maxmemory"], info["Memory"]["maxmemory_policy"]
		if policy == "" {
			return errors.New("its INFO has no maxmemory_policy")
		}
		mu.Lock()
		defer mu.Unlock()
		if limit != "0" && policy != "noeviction" {
			weaknesses[fmt.Sprintf("may evict the memory of paid calls when it is full (set maxmemory-policy to noeviction; it is %q)", policy)] = true
		}
		if info["Persistence"]["aof_enabled"] == "0" {
			weaknesses["loses its writes since the last snapshot when it crashes (set appendonly to yes and appendfsync to always)"] = true
		}
		return nil
	}
	if cluster, ok := r.client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, examine)
	} else if server, ok := r.client.(*redis.Client); ok {
		err = examine(ctx, server)
	}
	if len(weaknesses) > 0 {
		weakness = "a second job may be started: Redis " + strings.Join(slices.Sorted(maps.Keys(weaknesses)), "; and it ")
	}
	return weakness, redisError(ctx, err)
}
