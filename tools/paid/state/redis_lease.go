package state

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// The times of a lease. A dead replica blocks an equal call of another one for at most
// leaseTime.
const (
	leaseTime  = 5 * time.Second
	renewEvery = leaseTime / 4
	// leaseMargin is the remaining time that a valid lease must have: the time between
	// checking it and acting on it.
	leaseMargin = time.Second
	// releaseTimeout bounds the release of a lease.
	releaseTimeout = time.Second
)

// lease is a slot that is held in Redis, renewed until it is released.
type lease struct {
	client redis.UniversalClient
	key    string
	owner  string
	stop   context.CancelFunc

	mu    sync.Mutex
	until time.Time // by the monotonic clock of this process
}

// newLease returns a lease that was requested at a time and has been granted. It renews
// the lease.
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
			} // after any other error Redis may respond before the lease expires
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
	if !l.IsHeld() { // this process was paused before it read the response
		return ErrLost
	}
	return nil
}

func (l *lease) extend(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = until
}

// IsHeld implements Hold.
func (l *lease) IsHeld() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until) > leaseMargin
}

// Release implements Hold. A lease that cannot be released expires.
func (l *lease) Release() {
	l.stop()
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	_ = releaseScript.Run(ctx, l.client, []string{l.key}, l.owner).Err()
}
