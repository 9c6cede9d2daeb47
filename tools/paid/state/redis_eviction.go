package state

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Examine reports in a sentence how a store is set up that may take away what it
// was told, and nothing where it is not. It fails where the store cannot be asked:
// it is away, or does not let this user ask.
func Examine(ctx context.Context, store Store) (weakness string, err error) {
	if r, ok := store.(*Redis); ok {
		return r.evictionPolicy(ctx)
	}
	return "", nil
}

// evictionPolicy reads INFO, since services that sell Redis refuse CONFIG.
func (r *Redis) evictionPolicy(ctx context.Context) (weakness string, err error) {
	var mu sync.Mutex // the masters of a cluster are asked at once
	examine := func(ctx context.Context, node *redis.Client) error {
		info, err := node.InfoMap(ctx, "memory").Result()
		if err != nil {
			return err
		}
		limit, policy := info["Memory"]["maxmemory"], info["Memory"]["maxmemory_policy"]
		switch {
		case policy == "":
			return errors.New("it does not tell its maxmemory-policy")
		case limit != "0" && policy != "noeviction":
			mu.Lock()
			defer mu.Unlock()
			weakness = fmt.Sprintf("Redis may take away what is remembered of paid calls when its memory is full, "+
				"and a job may then be paid for twice: its maxmemory-policy is %q, and should be noeviction", policy)
		}
		return nil
	}
	if cluster, ok := r.client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, examine)
	} else if server, ok := r.client.(*redis.Client); ok {
		err = examine(ctx, server)
	}
	return weakness, redisError(ctx, err)
}
