package state

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/gomodule/redigo/redis"
	"golang.org/x/sync/semaphore"
)

// The bounds of one exchange with Redis. Where it does not answer, the call
// goes on without it, so it must not take long to find out.
const (
	redisDialTimeout = time.Second
	redisTimeout     = time.Second
)

const (
	// redisConnections is how many there may be at once. An exchange takes one
	// for a moment, so that many more calls share them.
	redisConnections = 32

	// redisIdleTime is how long one may have been idle that is used again.
	redisIdleTime = 5 * time.Minute
)

// redisPool is the way to one Redis. redigo's own pool keeps a connection to a
// node that was demoted, and panics where it is asked after its end.
type redisPool struct {
	address redisAddress
	turns   *semaphore.Weighted

	mu     sync.Mutex
	idle   []idleConnection // the latest used last
	closed bool
}

type idleConnection struct {
	redis.Conn
	since time.Time
}

func newRedisPool(address string) (*redisPool, error) {
	parsed, err := parseRedisAddress(address)
	if err != nil {
		return nil, err
	}
	return &redisPool{address: parsed, turns: semaphore.NewWeighted(redisConnections)}, nil
}

// do runs a command.
func (p *redisPool) do(ctx context.Context, command string, args ...any) (any, error) {
	return p.exchange(ctx, func(connection redis.Conn) (any, error) { return connection.Do(command, args...) })
}

// run runs a script: its keys come first, then its other arguments.
func (p *redisPool) run(ctx context.Context, script *redis.Script, keysAndArgs ...any) (any, error) {
	return p.exchange(ctx, func(connection redis.Conn) (any, error) { return script.Do(connection, keysAndArgs...) })
}

// exchange has an answer come over a connection. One that is under way is not
// broken off when the caller leaves, which it is bounded for: nobody would know
// what became of it. Connections that have died since they were last used are
// found out only now, all of them after a restart or a failover of Redis, so that
// it is repeated until one is new: everything asked here gives the same twice.
func (p *redisPool) exchange(ctx context.Context, ask func(redis.Conn) (any, error)) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, redisDialTimeout+redisTimeout)
	defer cancel()
	err := p.turns.Acquire(bounded, 1)
	if err == nil {
		defer p.turns.Release(1)
	}
	for err == nil {
		connection, known := p.known()
		if !known {
			if connection, err = p.address.dial(bounded); err != nil {
				break
			}
		}
		answer, good, failed := p.try(connection, ask)
		if failed == nil {
			return answer, nil
		}
		if good || !known || timedOut(failed) {
			err = failed
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // the caller left
	}
	return nil, fmt.Errorf("ask Redis: %w", err)
}

// try asks once, and keeps the connection for others where it is good.
func (p *redisPool) try(connection redis.Conn, ask func(redis.Conn) (any, error)) (answer any, good bool, err error) {
	defer func() {
		if !good || !p.keep(connection) {
			_ = connection.Close()
		}
	}()
	defer unreadable(&err)
	answer, err = ask(connection)
	good = connection.Err() == nil && !demoted(err)
	return answer, good, err
}

// unreadable, deferred, makes an error of redigo's panic on an answer that no
// Redis gives.
func unreadable(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("its answer cannot be read: %v", cause)
	}
}

// timedOut tells a Redis that gives no answer from a connection that has died.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// demoted reports whether a node no longer takes what is to be written, since
// another one has taken its place.
func demoted(err error) bool {
	var said redis.Error
	return errors.As(err, &said) && strings.Contains(string(said), "READONLY ")
}

// known takes a connection that is idle.
func (p *redisPool) known() (redis.Conn, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return nil, false
	}
	if time.Since(p.idle[last].since) > redisIdleTime { // so are the others
		p.closeIdle()
		return nil, false
	}
	connection := p.idle[last].Conn
	p.idle = p.idle[:last]
	return connection, true
}

// keep makes a connection an idle one, unless the pool was closed meanwhile.
func (p *redisPool) keep(connection redis.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.idle = append(p.idle, idleConnection{connection, time.Now()})
	return true
}

// closeIdle closes the idle connections; p.mu is held.
func (p *redisPool) closeIdle() {
	for _, connection := range p.idle {
		_ = connection.Close()
	}
	p.idle = nil
}

// close closes the idle connections now, and those in use after their use.
func (p *redisPool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.closeIdle()
}
