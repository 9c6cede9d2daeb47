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

// redisDefaults are options of a Redis URL that names none of them. Where Redis
// does not answer, a call goes on without it, so it must not take long to find
// out; every script gives the same when it runs twice, so it may be sent again.
var redisDefaults = map[string]string{
	"dial_timeout":  "1s",
	"read_timeout":  "1s",
	"write_timeout": "1s",
	"pool_timeout":  "2s",
	"max_retries":   "1",
}

// dialTries is how often one connection is tried. The library's five would make
// up for a Redis that is away, which the callers of this package do themselves.
const dialTries = 1

// errRedisURL repeats nothing of a URL: any part of it may be a piece of a
// password that was not escaped.
var errRedisURL = errors.New("the redis URL is malformed: want one such as redis://:password@host:6379/0, its password " +
	"percent-encoded, its ports from 1 to 65535, and behind a ? nothing but options that go-redis has")

// newRedisClient reads the URL of a --state. It names one server, the Sentinels of
// one (with master_name), or nodes of a cluster (with addr for every node but the
// first). Nothing is connected yet.
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
		if err != nil || !validPorts(o.Addrs...) || strings.Trim(parsed.Path, "/0") != "" { // a cluster has no other database
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

// silenceRedis keeps the library from writing lines of its own to stderr; what
// fails is returned as an error too.
var silenceRedis = sync.OnceFunc(func() { redis.SetLogger(discard{}) })

type discard struct{}

func (discard) Printf(context.Context, string, ...any) {}
