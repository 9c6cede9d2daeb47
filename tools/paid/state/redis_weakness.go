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

// Examine reports in a sentence how a store is set up that may take away what it
// was told, and nothing where it is not. It fails where the store cannot be asked:
// it is away, or does not let this user ask.
func Examine(ctx context.Context, store Store) (weakness string, err error) {
	if r, ok := store.(*Redis); ok {
		return r.examine(ctx)
	}
	return "", nil
}

// examine reads INFO, since services that sell Redis refuse CONFIG.
func (r *Redis) examine(ctx context.Context) (weakness string, err error) {
	var mu sync.Mutex // the masters of a cluster are asked at once
	weaknesses := map[string]bool{}
	examine := func(ctx context.Context, node *redis.Client) error {
		info, err := node.InfoMap(ctx).Result() // all of it: Redis before 7 takes one section's name at most
		if err != nil {
			return err
		}
		limit, policy := info["Memory"]["maxmemory"], info["Memory"]["maxmemory_policy"]
		if policy == "" {
			return errors.New("it does not tell its maxmemory-policy")
		}
		mu.Lock()
		defer mu.Unlock()
		if limit != "0" && policy != "noeviction" {
			weaknesses[fmt.Sprintf("may evict the memory of paid calls when it is full: its maxmemory-policy is %q, and should be noeviction", policy)] = true
		}
		if info["Persistence"]["aof_enabled"] == "0" {
			weaknesses["loses what it has written since its last snapshot when it crashes: its appendonly is no, and should be yes, with appendfsync always"] = true
		}
		return nil
	}
	if cluster, ok := r.client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, examine)
	} else if server, ok := r.client.(*redis.Client); ok {
		err = examine(ctx, server)
	}
	if len(weaknesses) > 0 {
		weakness = "a job may be paid for twice: Redis " + strings.Join(slices.Sorted(maps.Keys(weaknesses)), "; and it ")
	}
	return weakness, redisError(ctx, err)
}
