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

	"github.com/gomodule/redigo/redis"
)

var errRedisURL = errors.New("the redis URL is malformed: want one such as redis://:password@host:6379/0")

// redisAddress is where a Redis is, and who is to be known there.
type redisAddress struct {
	host           string // with the port
	tls            bool
	user, password string
	database       int
}

// parseRedisAddress reads redis://user:password@host:port/database, or rediss://
// for TLS. Its errors repeat nothing of it, since it may hold a password.
func parseRedisAddress(address string) (redisAddress, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Opaque != "" || parsed.Host == "" {
		return redisAddress{}, errRedisURL
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		return redisAddress{}, errors.New("the redis URL has options behind a ? or #, which are not known here: leave them out")
	}
	port := parsed.Port()
	if port == "" {
		port = "6379"
	}
	host := parsed.Hostname()
	if host == "" {
		host = "localhost"
	}
	found := redisAddress{host: net.JoinHostPort(host, port), tls: parsed.Scheme == "rediss", user: parsed.User.Username()}
	found.password, _ = parsed.User.Password()
	if found.user != "" && found.password == "" {
		return redisAddress{}, errRedisURL
	}
	if database := strings.TrimPrefix(parsed.Path, "/"); database != "" {
		number, err := strconv.ParseUint(database, 10, 16)
		if err != nil {
			return redisAddress{}, errRedisURL
		}
		found.database = int(number)
	}
	return found, nil
}

// dial makes a connection on which commands can be given.
func (a redisAddress) dial(ctx context.Context) (connection redis.Conn, err error) {
	connection, err = redis.DialContext(ctx, "tcp", a.host,
		redis.DialConnectTimeout(redisDialTimeout), redis.DialTLSHandshakeTimeout(redisDialTimeout),
		redis.DialReadTimeout(redisTimeout), redis.DialWriteTimeout(redisTimeout),
		redis.DialUseTLS(a.tls), redis.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = connection.Close()
		}
	}()
	defer unreadable(&err)
	if a.password != "" {
		credentials := []any{a.password}
		if a.user != "" {
			credentials = []any{a.user, a.password}
		}
		if _, err = connection.Do("AUTH", credentials...); err != nil && !needless(err) {
			return connection, withoutArguments(err)
		}
	}
	if a.database != 0 {
		if _, err = connection.Do("SELECT", a.database); err != nil {
			return connection, err
		}
	}
	return connection, nil
}

// needless reports whether a Redis lets everybody in, and so refuses a password.
func needless(err error) bool {
	return strings.Contains(err.Error(), "without any password configured")
}

// withoutArguments is an error of AUTH: a Redis that does not know a command
// repeats what came with it.
func withoutArguments(err error) error {
	var said redis.Error
	if !errors.As(err, &said) {
		return err
	}
	code, _, _ := strings.Cut(string(said), " ")
	return fmt.Errorf("it refuses AUTH: %s", code)
}
