package state

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// The life of a lease. A replica that dies blocks an equal call elsewhere for
// no longer than leaseTime.
const (
	leaseTime  = 5 * time.Second
	renewEvery = leaseTime / 4
	// leaseMargin is what must be left of a lease for it to be relied on: the
	// time between looking at it and acting on it.
	leaseMargin = time.Second
	// releaseTimeout is what giving a lease back may cost a call.
	releaseTimeout = time.Second
)

// lease is a slot held in Redis, renewed until it is released.
type lease struct {
	client redis.UniversalClient
	key    string
	owner  string
	stop   context.CancelFunc

	mu    sync.Mutex
	until time.Time // by the monotonic clock of this process
}

// newLease keeps a lease alive that was asked for at a moment and granted since.
func newLease(client redis.UniversalClient, key, owner string, asked time.Time) *lease {
	ctx, stop := context.WithCancel(context.Background())
	l := &lease{client: client, key: key, owner: owner, stop: stop, until: asked.Add(leaseTime)}
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
			if errors.Is(l.Confirm(ctx), ErrLost) {
				return
			} // after any other error it may answer before the lease runs out
		}
	}
}

// Confirm implements Hold. It renews the lease.
func (l *lease) Confirm(ctx context.Context) error {
	asked := time.Now()
	kept, err := renewScript.Run(ctx, l.client, []string{l.key}, l.owner, leaseTime.Milliseconds()).Bool()
	switch {
	case err != nil:
		return redisError(ctx, err)
	case !kept:
		l.extend(time.Time{})
		return ErrLost
	}
	l.extend(asked.Add(leaseTime))
	if !l.Held() { // this process stood still before it read the answer
		return ErrLost
	}
	return nil
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
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	_ = releaseScript.Run(ctx, l.client, []string{l.key}, l.owner).Err()
}
