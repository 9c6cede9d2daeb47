package state

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

// The bounds of one exchange with Redis. Where it does not answer, the call
// goes on without it, so it must not take long to find out.
const (
	redisDialTimeout = time.Second
	redisTimeout     = time.Second
)

// How many connections there may be, which nearly as many calls share as come:
// each takes one for the moment of an exchange. Idle ones are closed after a while.
const (
	redisConnections = 32
	redisIdleTime    = 5 * time.Minute
)

var errRedisURL = errors.New("the redis URL is malformed: want one such as redis://:password@host:6379/0")

// redisPool is the way to one Redis.
type redisPool struct{ connections *redis.Pool }

// newRedisPool reads where Redis is. Its errors repeat nothing of the address,
// which may hold a password.
func newRedisPool(address string) (*redisPool, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Opaque != "" || parsed.Host == "" {
		return nil, errRedisURL
	}
	if database := strings.TrimPrefix(parsed.Path, "/"); database != "" {
		if number, err := strconv.Atoi(database); err != nil || number < 0 {
			return nil, errRedisURL
		}
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		return nil, errors.New("the redis URL has options behind a ? or #, which are not known here: leave them out")
	}
	return &redisPool{&redis.Pool{
		DialContext: func(ctx context.Context) (redis.Conn, error) {
			return redis.DialURLContext(ctx, address,
				redis.DialConnectTimeout(redisDialTimeout), redis.DialTLSHandshakeTimeout(redisDialTimeout),
				redis.DialReadTimeout(redisTimeout), redis.DialWriteTimeout(redisTimeout),
				redis.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
		},
		MaxActive: redisConnections, MaxIdle: redisConnections, Wait: true, IdleTimeout: redisIdleTime,
	}}, nil
}

// do runs a command.
func (p *redisPool) do(ctx context.Context, command string, args ...any) (any, error) {
	return p.exchange(ctx, func(ctx context.Context, connection redis.Conn) (any, error) {
		return redis.DoContext(connection, ctx, command, args...)
	})
}

// run runs a script: its keys come first, then its other arguments.
func (p *redisPool) run(ctx context.Context, script *redis.Script, keysAndArgs ...any) (any, error) {
	return p.exchange(ctx, func(ctx context.Context, connection redis.Conn) (any, error) {
		return script.DoContext(ctx, connection, keysAndArgs...)
	})
}

// exchange has an answer come over a connection. Connections that Redis has
// closed since are found out only now, all of the pool after a restart, so that
// it is repeated where one breaks: everything asked here gives the same twice.
func (p *redisPool) exchange(ctx context.Context, ask func(context.Context, redis.Conn) (any, error)) (any, error) {
	bounded, cancel := context.WithTimeout(ctx, redisDialTimeout+redisTimeout)
	defer cancel()
	for tries := 1; ; tries++ {
		connection, err := p.connections.GetContext(bounded)
		var answer any
		broken := false
		if err == nil {
			answer, err = ask(bounded, connection)
			broken = err != nil && connection.Err() != nil && !timedOut(err)
			_ = connection.Close() // gives it back; one that broke is thrown away
		}
		switch {
		case err == nil:
			return answer, nil
		case ctx.Err() != nil:
			return nil, ctx.Err() // the caller left
		case !broken || tries > redisConnections:
			return nil, fmt.Errorf("ask Redis: %w", err)
		}
	}
}

// timedOut tells a Redis that does not answer from a connection that broke.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

func (p *redisPool) close() error { return p.connections.Close() }
