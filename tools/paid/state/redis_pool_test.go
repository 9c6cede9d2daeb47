package state

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"

	"langsmith-insights-mcp/tools/paid/state/redistest"
)

// fakeRedis takes connections on a port of its own. Each is served until serve
// returns, or the test ends.
func fakeRedis(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, connection)
			mu.Unlock()
			serving.Go(func() {
				defer connection.Close()
				serve(connection)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, connection := range open {
			_ = connection.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
	return listener.Addr().String()
}

// readCommand reads one command of a client's that has no line breaks in it.
func readCommand(from *bufio.Reader) (words []string, err error) {
	head, err := from.ReadString('\n')
	if err != nil {
		return nil, err
	}
	for range int(head[1] - '0') {
		if _, err = from.ReadString('\n'); err != nil {
			return nil, err
		}
		word, err := from.ReadString('\n')
		if err != nil {
			return nil, err
		}
		words = append(words, strings.TrimSpace(word))
	}
	return words, nil
}

// After a restart of Redis every connection of the pool is a dead one, and the
// first call is answered all the same.
func TestARestartOfRedisCostsNoCall(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	takeAll(t, store)()
	if idle := store.pool.connections.IdleCount(); idle != redisConnections {
		t.Fatalf("%d connections are idle", idle)
	}
	server.Restart()
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// A Redis that closes every connection is given up, and one that says no is
// asked once.
func TestWhatIsRepeated(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		asked  int64
	}{
		"closed without an answer": {"", redisConnections + 1},
		"an error":                 {"-ERR no\r\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			store := openTest(t, "redis://"+fakeRedis(t, func(connection net.Conn) {
				commands := bufio.NewReader(connection)
				for {
					if _, err := readCommand(commands); err != nil {
						return
					}
					asked.Add(1)
					if _, err := connection.Write([]byte(c.answer)); err != nil || c.answer == "" {
						return
					}
				}
			}))
			err := store.Ping(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), "ask Redis: ") || asked.Load() != c.asked {
				t.Errorf("asked %d times: %v", asked.Load(), err)
			}
		})
	}
}

// A caller who leaves waits neither for an answer nor for a connection, of which
// there are only so many; and a Redis that says nothing is asked once.
func TestARedisThatSaysNothing(t *testing.T) {
	asked := make(chan struct{}, 10)
	var accepted atomic.Int64
	store := openTest(t, "redis://"+fakeRedis(t, func(connection net.Conn) {
		accepted.Add(1)
		commands := bufio.NewReader(connection)
		for {
			if _, err := readCommand(commands); err != nil {
				return
			}
			asked <- struct{}{}
		}
	}))

	giveBack := takeAll(t, store)
	impatient, done := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer done()
	if err := store.Ping(impatient); err != context.DeadlineExceeded || len(asked) > 0 || accepted.Load() > redisConnections {
		t.Errorf("with no connection left: %v, over %d", err, accepted.Load())
	}
	giveBack()

	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- store.Ping(ctx) }()
	<-asked
	leave()
	if err := <-left; err != context.Canceled {
		t.Errorf("in the middle of an exchange: %v", err)
	}

	err := store.Ping(t.Context())
	if err == nil || errors.Is(err, context.Canceled) || !timedOut(err) {
		t.Error(err)
	}
	if <-asked; len(asked) > 0 {
		t.Errorf("asked %d times more", len(asked))
	}
}

// takeAll takes every connection out of a store's pool, and returns what puts
// them back.
func takeAll(t *testing.T, store *Redis) (giveBack func()) {
	t.Helper()
	var taken []redis.Conn
	for range redisConnections {
		connection, err := store.pool.connections.GetContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, connection)
	}
	return func() {
		for _, connection := range taken {
			_ = connection.Close()
		}
	}
}

func TestRedisAddresses(t *testing.T) {
	const secret = "xyzzy%2F1"
	for address, want := range map[string]string{ // what is said before the first command
		"redis://HOST":                           "",
		"redis://HOST/":                          "",
		"redis://HOST/0":                         "",
		"redis://HOST/7":                         "SELECT 7",
		"redis://:" + secret + "@HOST/7":         "AUTH xyzzy/1, SELECT 7",
		"redis://somebody:" + secret + "@HOST/0": "AUTH somebody xyzzy/1",
	} {
		t.Run(address, func(t *testing.T) {
			said := make(chan []string, 10)
			host := fakeRedis(t, func(connection net.Conn) {
				commands := bufio.NewReader(connection)
				for {
					words, err := readCommand(commands)
					if err != nil {
						return
					}
					said <- words
					if _, err := connection.Write([]byte("+OK\r\n")); err != nil {
						return
					}
				}
			})
			store := openTest(t, strings.Replace(address, "HOST", host, 1))
			if err := store.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			var greeting []string
			for words := <-said; words[0] != "SET"; words = <-said {
				greeting = append(greeting, strings.Join(words, " "))
			}
			if got := strings.Join(greeting, ", "); got != want {
				t.Errorf("said %q, not %q", got, want)
			}
		})
	}
	for _, malformed := range []string{
		"redis://", "redis:" + secret, "redis://:" + secret + "@host:port/0", "redis://:" + secret + "@host/first",
		"redis://:" + secret + "@host/-1", "redis://:" + secret + "@host/0?pool_size=3", "redis://:" + secret + "@host/0#x", "redis://:%zz" + secret + "@host",
	} {
		store, err := openRedis(malformed)
		if err == nil {
			_ = store.Close()
			t.Errorf("%s is taken", malformed)
			continue
		}
		if strings.Contains(err.Error(), "xyzzy") {
			t.Errorf("%s: %v", malformed, err)
		}
	}
}

// Whatever goes wrong, the password is in no error.
func TestThePasswordIsInNoError(t *testing.T) {
	const secret = "SECRET0123"
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	refusing := fakeRedis(t, func(connection net.Conn) {
		_, _ = readCommand(bufio.NewReader(connection))
		_, _ = connection.Write([]byte("-WRONGPASS invalid username-password pair or user is disabled.\r\n"))
	})
	for _, address := range []string{"redis://:" + secret + "@" + gone.Addr().String(), "redis://" + refusing, "rediss://" + refusing} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		parsed.User = url.UserPassword("somebody", secret)
		store := openTest(t, parsed.String())
		if err := store.Ping(t.Context()); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%v", err)
		}
	}
}
