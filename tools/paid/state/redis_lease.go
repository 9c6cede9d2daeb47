package state

import (
	"context"
	"sync"
	"time"

	"github.com/gomodule/redigo/redis"
)

// The life of a lease. A replica that dies blocks an equal call elsewhere for
// no longer than leaseTime.
const (
	leaseTime  = 5 * time.Second
	renewEvery = leaseTime / 4
	// leaseMargin is what must be left of a lease for it to be relied on: the
	// time between looking at it and acting on it.
	leaseMargin = time.Second
)

// lease is a slot held in Redis, renewed until it is released.
type lease struct {
	pool  *redisPool
	key   string
	owner string
	stop  context.CancelFunc

	mu    sync.Mutex
	until time.Time // by the monotonic clock of this process
}

// newLease keeps a lease alive that was asked for at a moment and granted since.
func newLease(pool *redisPool, key, owner string, asked time.Time) *lease {
	ctx, stop := context.WithCancel(context.Background())
	l := &lease{pool: pool, key: key, owner: owner, stop: stop, until: asked.Add(leaseTime)}
	go l.renew(ctx)
	return l
}

func (l *lease) renew(ctx context.Context) {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			asked := time.Now()
			kept, err := redis.Bool(l.pool.run(ctx, renewScript, l.key, l.owner, leaseTime.Milliseconds()))
			if err != nil {
				continue // it may answer before the lease runs out
			}
			if !kept {
				l.extend(time.Time{})
				return
			}
			l.extend(asked.Add(leaseTime))
		}
	}
}

func (l *lease) extend(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = until
}

// Held implements Hold.
func (l *lease) Held() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until) > leaseMargin
}

// Release implements Hold. A lease that cannot be given back runs out.
func (l *lease) Release() {
	l.stop()
	ctx, cancel := context.WithTimeout(context.Background(), redisTimeout)
	defer cancel()
	_, _ = l.pool.run(ctx, releaseScript, l.key, l.owner)
}
