package state

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"langsmith-insights-mcp/tools/paid/state/redistest"
)

// tryStore writes an entry and reads it.
func tryStore(t *testing.T, store Store) {
	t.Helper()
	hold, _ := mustAcquire(t, store, slotA)
	intent := Entry{Token: id(1), Began: began, Stage: Intended}
	if err := store.Intend(t.Context(), slotA, intent, hold); err != nil {
		t.Fatal(err)
	}
	hold.Release()
	if found, err := store.Load(t.Context(), slotA); err != nil || len(found.Entries) != 1 || !equalEntries(found.Entries[0], intent) {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := store.Survey(t.Context(), slotA.Scope); err != nil || len(found.Open) != 1 {
		t.Errorf("surveyed %+v, %v", found, err)
	}
	if counted, err := store.Count(t.Context(), Tally{Caller: "c", Day: "d"}, id(1), 1); err != nil || !counted {
		t.Errorf("counted: %t, %v", counted, err)
	}
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRedisURLs(t *testing.T) {
	const password = "xyzzy/1%"
	server := redistest.Start(t, "--requirepass", password, "--user", "somebody", "on", ">"+password, "~*", "&*", "+@all")
	for name, address := range map[string]string{
		"password":           "redis://:PASSWORD@HOST",
		"database":           "redis://:PASSWORD@HOST/7",
		"user":               "redis://somebody:PASSWORD@HOST/3",
		"options":            "redis://:PASSWORD@HOST/4?pool_size=3&read_timeout=2s&client_name=insights",
		"database by option": "redis://:PASSWORD@HOST?db=5",
	} {
		t.Run(name, func(t *testing.T) {
			address = strings.ReplaceAll(address, "PASSWORD", url.QueryEscape(password))
			tryStore(t, openTest(t, strings.ReplaceAll(address, "HOST", server.Address())))
		})
	}
}

func TestSentinel(t *testing.T) {
	sentinel := redistest.StartSentinel(t, "insights", redistest.Start(t))
	tryStore(t, openTest(t, "redis://"+sentinel.Address()+"/2?master_name=insights"))
	tryStore(t, openTest(t, "redis://127.0.0.1:1?master_name=insights&addr="+sentinel.Address())) // the first one is unavailable
}

func TestCluster(t *testing.T) {
	node := redistest.Start(t, "--cluster-enabled", "yes", "--appendonly", "yes")
	alone := openTest(t, node.URL())
	command(t, alone, "CLUSTER", "ADDSLOTSRANGE", 0, 16383)
	for !strings.Contains(command(t, alone, "CLUSTER", "INFO").(string), "cluster_state:ok") {
		if t.Context().Err() != nil {
			t.Fatal("the cluster does not come up")
		}
	}
	cluster := openTest(t, "redis://"+node.Address()+"?addr="+node.Address())
	tryStore(t, cluster)
	if weakness, err := Examine(t.Context(), cluster); err != nil || weakness != "" {
		t.Errorf("examined: %q, %v", weakness, err)
	}
	command(t, alone, "CONFIG", "SET", "maxmemory", "100mb")
	command(t, alone, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	if weakness, err := Examine(t.Context(), cluster); err != nil || weakness == "" {
		t.Errorf("examined: %q, %v", weakness, err)
	}
}

func TestMalformedRedisURLs(t *testing.T) {
	const secret = "xyzzy%2F1"
	for _, malformed := range []string{
		"redis://", "redis:" + secret, "redis://:" + secret + "@host:port/0", "redis://:" + secret + "@host/first",
		"redis://:" + secret + "@host/-1", "redis://:" + secret + "@host/0#x", "redis://:%zz" + secret + "@host",
		"redis://:" + secret + "@host:99999", "redis://:" + secret + "@host:0",
		"redis://:" + secret + "@host?addr=other:99999", "redis://:" + secret + "@host?addr=other", "redis://:" + secret + "@host/1?addr=other:1",
		"redis://:" + secret + "@host:99999?master_name=m", "redis://:" + secret + "@host/-1?master_name=m",
		"redis://:12?" + secret + "@host", "redis://host/0?color=" + secret, "redis://host/0?pool_size=" + secret, "redis://host/0?a=%" + secret,
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

// fakeRedis is a server that responds to each command with the result of answer; an empty
// result is no response.
func fakeRedis(t *testing.T, answer func(words []string) string) (address string) {
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
				commands := bufio.NewReader(connection)
				for {
					words, err := readCommand(commands)
					if err != nil {
						return
					}
					if _, err := connection.Write([]byte(answer(words))); err != nil {
						return
					}
				}
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

// readCommand reads one command without line breaks in it.
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

// No error has the password.
func TestPasswordIsInNoError(t *testing.T) {
	const secret = "SECRET0123"
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	refusing := fakeRedis(t, func([]string) string {
		return "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
	})
	repeating := fakeRedis(t, func(words []string) string {
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

// Any response of Redis is at most an error.
func TestResponsesOfOtherServers(t *testing.T) {
	for name, answer := range map[string]string{
		"an error":           "-ERR no\r\n",
		"loading":            "-LOADING Redis is loading the dataset in memory\r\n",
		"an enormous answer": "$4611686018427387904\r\n",
		"an enormous list":   "*4611686018427387904\r\n",
		"a number":           ":1\r\n",
		"no answer of Redis": "HTTP/1.1 400 Bad Request\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			store := openTest(t, "redis://"+fakeRedis(t, func([]string) string { return answer })+"?max_retries=-1&read_timeout=100ms")
			if _, err := store.Load(t.Context(), slotA); err == nil || !strings.HasPrefix(err.Error(), "ask Redis: ") {
				t.Errorf("got %v", err)
			}
			if _, err := store.Survey(t.Context(), slotA.Scope); err == nil || !strings.HasPrefix(err.Error(), "ask Redis: ") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A silent Redis is waited for only as long as the URL says.
func TestSilentRedis(t *testing.T) {
	silent := fakeRedis(t, func([]string) string { return "" })
	store := openTest(t, "redis://"+silent+"?read_timeout=20ms&max_retries=-1")
	if err := store.Ping(t.Context()); err == nil {
		t.Error("it answered")
	}
}

// After a restart of Redis all connections of the pool are broken, and the first call still
// succeeds.
func TestRedisRestart(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if err := store.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	server.Restart()
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// afterScript is a hook that calls done when Redis has run a script.
type afterScript struct {
	redis.Hook
	hash string
	done func()
}

func (a afterScript) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a afterScript) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (a afterScript) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		err := next(ctx, command)
		if args := command.Args(); err == nil && args[1] == a.hash {
			a.done()
		}
		return err
	}
}

// A caller that disconnects while it acquires a slot releases it.
func TestCancelledCallHoldsNothing(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	hold, _ := mustAcquire(t, store, slotA) // so that Redis knows the script
	hold.Release()
	ctx, leave := context.WithCancel(t.Context())
	store.client.AddHook(afterScript{hash: acquireScript.Hash(), done: leave})
	if _, _, err := store.Acquire(ctx, slotA); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if number(t, store, "EXISTS", leaseKey(slotA)) != 0 {
		t.Error("the slot is still held")
	}
}
