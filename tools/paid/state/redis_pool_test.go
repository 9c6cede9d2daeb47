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
	var all sync.WaitGroup
	for range 4 * redisConnections {
		all.Go(func() {
			if err := store.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if idle := len(store.pool.idle); idle < 2 || idle > redisConnections {
		t.Fatalf("%d connections are idle", idle)
	}
	server.Restart()
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if idle := len(store.pool.idle); idle != 1 {
		t.Errorf("%d connections are idle, not the new one", idle)
	}
}

// answering takes commands and answers each with what answer returns, and closes
// the connection where that is nothing.
func answering(t *testing.T, answer func(words []string) string) (address string) {
	return fakeRedis(t, func(connection net.Conn) {
		commands := bufio.NewReader(connection)
		for {
			words, err := readCommand(commands)
			if err != nil {
				return
			}
			reply := answer(words)
			if _, err := connection.Write([]byte(reply)); err != nil || reply == "" {
				return
			}
		}
	})
}

// What breaks on a new connection is not repeated, and an answer is one even
// where it says no, or is none that a Redis gives.
func TestWhatIsAskedOnce(t *testing.T) {
	for name, answer := range map[string]string{
		"closed without an answer": "",
		"an error":                 "-ERR no\r\n",
		"loading":                  "-LOADING Redis is loading the dataset in memory\r\n",
		"read only":                "-READONLY You can't write against a read only replica.\r\n",
		"an enormous answer":       "$4611686018427387904\r\n",
		"no answer of Redis":       "HTTP/1.1 400 Bad Request\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			store := openTest(t, "redis://"+answering(t, func([]string) string {
				asked.Add(1)
				return answer
			}))
			err := store.Ping(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), "ask Redis: ") || asked.Load() != 1 {
				t.Errorf("asked %d times: %v", asked.Load(), err)
			}
		})
	}
}

// After a failover the connections that are left lead to a node which takes
// nothing more; the address leads to another.
func TestADemotedNodeIsLeft(t *testing.T) {
	var demotedOnes, asked atomic.Int64
	store := openTest(t, "redis://"+fakeRedis(t, func(connection net.Conn) {
		commands := bufio.NewReader(connection)
		mine := demotedOnes.Load()
		for {
			if _, err := readCommand(commands); err != nil {
				return
			}
			asked.Add(1)
			reply := "+OK\r\n"
			if demotedOnes.Load() != mine { // it was made before
				reply = "-ERR Error running script: @user_script:2: -READONLY You can't write against a read only replica.\r\n"
			}
			if _, err := connection.Write([]byte(reply)); err != nil {
				return
			}
		}
	}))
	for range 3 {
		if err := store.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		demotedOnes.Add(1)
	}
	if asked.Load() != 5 { // the first once, the others twice
		t.Errorf("asked %d times", asked.Load())
	}
}

// A caller who leaves waits for no connection, of which there are only so many;
// and a Redis that says nothing any more is not asked again.
func TestARedisThatSaysNothing(t *testing.T) {
	var asked, accepted atomic.Int64
	store := openTest(t, "redis://"+fakeRedis(t, func(connection net.Conn) {
		accepted.Add(1)
		commands := bufio.NewReader(connection)
		for {
			if _, err := readCommand(commands); err != nil {
				return
			}
			if asked.Add(1) == 1 {
				_, _ = connection.Write([]byte("+OK\r\n"))
			}
		}
	}))
	if err := store.pool.turns.Acquire(t.Context(), redisConnections); err != nil {
		t.Fatal(err)
	}
	impatient, done := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer done()
	if err := store.Ping(impatient); err != context.DeadlineExceeded || accepted.Load() > 0 {
		t.Errorf("with no connection left: %v, over %d", err, accepted.Load())
	}
	store.pool.turns.Release(redisConnections)

	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Ping(t.Context()); !timedOut(err) || asked.Load() != 2 { // it was not repeated
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}
	if idle := len(store.pool.idle); idle != 0 {
		t.Error("its connection is kept")
	}
}

// Who leaves while a slot is being given gives it back.
func TestALeaverHoldsNothing(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	released := make(chan []string, 1)
	store := openTest(t, "redis://"+answering(t, func(words []string) string {
		if words[1] == acquireScript.Hash() {
			leave()
			return "*0\r\n"
		}
		released <- words
		return ":1\r\n"
	}))
	if _, _, err := store.Acquire(ctx, slotA); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if words := <-released; words[1] != releaseScript.Hash() || words[3] != leaseKey(slotA) {
		t.Errorf("asked %q", words)
	}
}

// A store that was closed goes on working for whoever is late, and keeps nothing.
func TestAfterItsEnd(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if err := store.Ping(gone); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if len(store.pool.idle) > 0 {
		t.Error("a connection is kept")
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
			host := answering(t, func(words []string) string {
				said <- words
				if words[0] == "AUTH" && len(words) == 2 {
					return "-ERR AUTH <password> called without any password configured for the default user.\r\n"
				}
				return "+OK\r\n"
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
		"redis://:" + secret + "@host/-1", "redis://:" + secret + "@host/+7", "redis://xyzzy@host", "redis://:" + secret + "@host/0?pool_size=3", "redis://:" + secret + "@host/0#x", "redis://:%zz" + secret + "@host",
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
	refusing := answering(t, func([]string) string {
		return "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
	})
	repeating := answering(t, func(words []string) string {
		return "-ERR unknown command '" + words[0] + "', with args beginning with: '" + strings.Join(words[1:], "' '") + "'\r\n"
	})
	for _, address := range []string{"redis://" + gone.Addr().String(), "redis://" + refusing, "rediss://" + refusing, "redis://" + repeating} {
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
