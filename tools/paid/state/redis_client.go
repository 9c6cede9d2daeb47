package state

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// redisDefaults are the defaults for options of a Redis URL. A call goes on without a
// Redis that does not respond, so the timeouts are short. Every script has the same
// effect when it runs twice, so it may be retried.
var redisDefaults = map[string]string{
	"dial_timeout":  "1s",
	"read_timeout":  "1s",
	"write_timeout": "1s",
	"pool_timeout":  "2s",
	"max_retries":   "1",
}

// dialTries is how often one connection is tried. The library's default of five is for a
// Redis that is unavailable, which the callers of this package handle.
const dialTries = 1

// errRedisURL repeats no part of a URL, which may be a part of a password that was not
// escaped.
var errRedisURL = errors.New("the redis URL is malformed: want one such as redis://:password@host:6379/0, its password " +
	"percent-encoded, its ports from 1 to 65535, and after a ? only options of go-redis")

// newRedisClient returns a client for the URL of a --state. The URL has one server, its
// Sentinels (with master_name), or nodes of a cluster (with addr for every node but the
// first). The client connects when it is used.
func newRedisClient(address string) (redis.UniversalClient, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.Fragment != "" {
		return nil, errRedisURL
	}
	options, err := url.ParseQuery(parsed.RawQuery)
	if err != nil {
		return nil, errRedisURL
	}
	for name, value := range redisDefaults {
		if !options.Has(name) {
			options.Set(name, value)
		}
	}
	parsed.RawQuery = options.Encode()
	silenceRedis()
	switch address := parsed.String(); {
	case options.Has("master_name"):
		o, err := redis.ParseFailoverURL(address)
		if err != nil || !validPorts(o.SentinelAddrs...) || o.DB < 0 {
			return nil, errRedisURL
		}
		o.DialerRetries = dialTries
		return redis.NewFailoverClient(o), nil
	case options.Has("addr"):
		o, err := redis.ParseClusterURL(address)
		if err != nil || !validPorts(o.Addrs...) || strings.Trim(parsed.Path, "/0") != "" { // a cluster has only database 0
			return nil, errRedisURL
		}
		o.DialerRetries = dialTries
		return redis.NewClusterClient(o), nil
	default:
		o, err := redis.ParseURL(address)
		if err != nil || !validPorts(o.Addr) || o.DB < 0 {
			return nil, errRedisURL
		}
		o.DialerRetries = dialTries
		return redis.NewClient(o), nil
	}
}

func validPorts(addresses ...string) bool {
	for _, address := range addresses {
		_, port, err := net.SplitHostPort(address)
		if number, noNumber := strconv.ParseUint(port, 10, 16); err != nil || noNumber != nil || number == 0 {
			return false
		}
	}
	return true
}

// silenceRedis keeps the library from writing to stderr. It returns its errors too.
var silenceRedis = sync.OnceFunc(func() { redis.SetLogger(discard{}) })

type discard struct{}

func (discard) Printf(context.Context, string, ...any) {}
