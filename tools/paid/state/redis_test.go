package state

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"langsmith-insights-mcp/tools/paid/state/redistest"
)

func openTest(t *testing.T, url string) *Redis {
	t.Helper()
	store, err := openRedis(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// command runs a command of Redis without the store.
func command(t *testing.T, store *Redis, args ...any) any {
	t.Helper()
	answer, err := store.client.Do(t.Context(), args...).Result()
	if err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return answer
}

func number(t *testing.T, store *Redis, args ...any) int64 {
	t.Helper()
	n, ok := command(t, store, args...).(int64)
	if !ok {
		t.Fatalf("%s gives no number", args)
	}
	return n
}

// A replica that was paused for longer than its lease writes nothing.
func TestLostLease(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	hold, _ := mustAcquire(t, store, slotA)
	mine := hold.(*lease)
	mine.stop() // as if this process were paused
	command(t, store, "DEL", leaseKey(slotA))
	other, _ := mustAcquire(t, openTest(t, server.URL()), slotA)
	entry := Entry{Token: id(1), Began: began, Stage: Intended}
	if err := store.Intend(t.Context(), slotA, entry, hold); !errors.Is(err, ErrLost) {
		t.Errorf("got %v", err)
	}
	hold.Release()
	if !other.IsHeld() || number(t, store, "EXISTS", leaseKey(slotA)) != 1 {
		t.Error("who lost a lease took it from its new holder")
	}
	if number(t, store, "EXISTS", callKey(slotA)) != 0 {
		t.Error("who lost a lease wrote an intent")
	}
	other.Release()
}

func TestLeaseIsRenewed(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	hold, _ := mustAcquire(t, store, slotA)
	defer hold.Release()
	if ttl := number(t, store, "PTTL", leaseKey(slotA)); ttl <= 0 || ttl > leaseTime.Milliseconds() {
		t.Errorf("the lease runs for %d ms", ttl)
	}
	command(t, store, "PEXPIRE", leaseKey(slotA), (2 * renewEvery).Milliseconds())
	// Nothing but the clock shows the next renewal.
	deadline := time.Now().Add(4 * renewEvery)
	for time.Now().Before(deadline) {
		if number(t, store, "PTTL", leaseKey(slotA)) > (2 * renewEvery).Milliseconds() {
			if !hold.IsHeld() {
				t.Error("a renewed lease is not held")
			}
			return
		}
	}
	t.Error("the lease was not renewed")
}

func TestLeaseExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lease{until: time.Now().Add(leaseTime)}
		if !l.IsHeld() {
			t.Error("a new lease is not held")
		}
		time.Sleep(leaseTime - leaseMargin)
		if l.IsHeld() {
			t.Error("a lease that may run out at any moment is relied on")
		}
	})
}

func TestRedisUnavailableForAWhile(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	hold, _ := mustAcquire(t, store, slotA)
	server.Stop()
	began := time.Now()
	if err := store.Record(t.Context(), slotA, Entry{Token: id(1), Began: began, Stage: Intended}); err == nil {
		t.Error("written to a Redis that is gone")
	}
	if _, _, err := store.Acquire(t.Context(), slotB); err == nil {
		t.Error("acquired in a Redis that is gone")
	}
	hold.Release()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("finding out took %s", took)
	}
	server.Restart()
	hold, _ = mustAcquire(t, store, slotA)
	hold.Release()
}

func TestForeignRedisContent(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	command(t, store, "HSET", callKey(slotA), id(1).String(), `{"v":7}`)
	hold, found, err := store.Acquire(t.Context(), slotA)
	if err != nil || !found.Damaged || len(found.Entries) != 0 {
		t.Errorf("found %+v, %v", found, err)
	}
	hold.Release()
	command(t, store, "SET", callKey(slotB), "text")
	if _, _, err := store.Acquire(t.Context(), slotB); err == nil {
		t.Error("a key of another type was read")
	}
}

func TestRedisKeysExpire(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	hold, _ := mustAcquire(t, store, slotA)
	now := time.Now()
	entry := Entry{Token: id(1), Began: now, Stage: Intended}
	if err := store.Intend(t.Context(), slotA, entry, hold); err != nil {
		t.Fatal(err)
	}
	if err := store.Record(t.Context(), slotA, Entry{Token: id(2), Began: now, Stage: Started, Job: id(3)}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Count(t.Context(), Tally{Caller: "c", Day: "d"}, id(1), 1); err != nil {
		t.Fatal(err)
	}
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := command(t, store, "KEYS", "*").([]any)
	if len(keys) != 6 {
		t.Errorf("%d keys: %q", len(keys), keys)
	}
	for _, key := range keys {
		if ttl := number(t, store, "PTTL", key); ttl <= 0 || ttl > keptTime.Milliseconds() {
			t.Errorf("%s runs out after %d ms", key, ttl)
		}
	}
	hold.Release()
}

// Entries that are older than their lifetime are removed from the sets at the next write,
// but not because one caller's clock is ahead.
func TestOldEntriesAreRemoved(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	write := func(n int, at time.Time) {
		t.Helper()
		if err := store.Intend(t.Context(), slotA, Entry{Token: id(n), Began: at, Stage: Intended}, nil); err != nil {
			t.Fatal(err)
		}
		if err := store.Record(t.Context(), slotA, Entry{Token: id(n + 1), Began: at, Stage: Started, Job: id(n + 2)}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int {
		t.Helper()
		found, err := store.Survey(t.Context(), slotA.Scope)
		if err != nil || len(found.Open) != len(found.Started) {
			t.Fatalf("found %+v, %v", found, err)
		}
		return len(found.Open)
	}
	now := time.Now()
	write(10, now.Add(-2*keptTime))
	write(20, now)
	if n := count(); n != 1 {
		t.Errorf("%d are there after the old one ran out", n)
	}
	write(30, now.AddDate(0, 0, 7))
	if n := count(); n != 2 {
		t.Errorf("%d are there after a clock was ahead", n)
	}
}

// A replica that was paused, with all its clocks, learns from Redis that it lost its
// lease.
func TestConfirm(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	hold, _ := mustAcquire(t, store, slotA)
	defer hold.Release()
	hold.(*lease).stop()
	if err := hold.Confirm(t.Context()); err != nil {
		t.Errorf("its own lease: %v", err)
	}
	command(t, store, "DEL", leaseKey(slotA))
	other, _ := mustAcquire(t, openTest(t, server.URL()), slotA)
	if !hold.IsHeld() {
		t.Fatal("it knows without asking") // or this does not test anything
	}
	if err := hold.Confirm(t.Context()); !errors.Is(err, ErrLost) || hold.IsHeld() {
		t.Errorf("a lease that another one has: %v", err)
	}
	if err := other.Confirm(t.Context()); err != nil {
		t.Errorf("the other one's: %v", err)
	}
	other.Release()
	server.Stop()
	if err := hold.Confirm(t.Context()); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("a Redis that is gone: %v", err)
	}
}

// A full Redis that does not evict refuses an intent, but can be read.
func TestFullRedisIsRead(t *testing.T) {
	store := openTest(t, redistest.Start(t, "--maxmemory-policy", "noeviction").URL())
	running := Entry{Token: id(1), Began: time.Now(), Stage: Started, Job: id(2)}
	if err := store.Record(t.Context(), slotA, running); err != nil {
		t.Fatal(err)
	}
	held, _ := mustAcquire(t, store, slotB)
	command(t, store, "CONFIG", "SET", "maxmemory", "1")
	hold, found, err := store.Acquire(t.Context(), slotA)
	if hold != nil || !errors.Is(err, ErrUnwritable) || len(found.Entries) != 1 || found.Entries[0].Job != running.Job {
		t.Errorf("%v, %+v, %v", hold, found, err)
	}
	if err := held.Confirm(t.Context()); err != nil {
		t.Errorf("a lease from before: %v", err)
	}
	if found, err := store.Survey(t.Context(), slotA.Scope); err != nil || len(found.Started) != 1 {
		t.Errorf("surveyed %+v, %v", found, err)
	}
	if err := store.Intend(t.Context(), slotB, Entry{Token: id(3), Began: time.Now(), Stage: Intended}, held); err == nil {
		t.Error("an intent was taken")
	}
	if err := store.Ping(t.Context()); err == nil {
		t.Error("it seems that it can be written")
	}
	running.Stage = Ended
	if err := store.Record(t.Context(), slotA, running); err != nil {
		t.Errorf("what makes room: %v", err)
	}
	held.Release()
	command(t, store, "CONFIG", "SET", "maxmemory", "0")
	hold, entries := mustAcquire(t, store, slotA)
	hold.Release()
	if len(entries) != 0 {
		t.Errorf("found %+v", entries)
	}
}

// A user with the permissions in docs/deployment.md can use the whole store.
func TestRedisUserWithFewRights(t *testing.T) {
	text, err := os.ReadFile("../../../docs/deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := regexp.MustCompile("`ACL SETUSER insights on >PASSWORD (.*)`").FindSubmatch(text)
	if documented == nil {
		t.Fatal("docs/deployment.md names no rights")
	}
	server := redistest.Start(t, "--appendonly", "yes")
	arguments := []any{"ACL", "SETUSER", "insights", "on", ">hush"}
	for _, right := range strings.Fields(string(documented[1])) {
		arguments = append(arguments, right)
	}
	command(t, openTest(t, server.URL()), arguments...)
	store := openTest(t, "redis://insights:hush@"+server.Address()+"/0")
	tryStore(t, store)
	if weakness, err := Examine(t.Context(), store); err != nil || weakness != "" {
		t.Errorf("%q, %v", weakness, err)
	}
}

func TestExamine(t *testing.T) {
	store := openTest(t, redistest.Start(t, "--appendonly", "yes").URL())
	for _, test := range []struct {
		limit, policy string
		weak          bool
	}{
		{"0", "noeviction", false}, {"0", "allkeys-lru", false}, {"100mb", "noeviction", false},
		{"100mb", "allkeys-lru", true}, {"100mb", "volatile-ttl", true},
	} {
		command(t, store, "CONFIG", "SET", "maxmemory", test.limit)
		command(t, store, "CONFIG", "SET", "maxmemory-policy", test.policy)
		weakness, err := Examine(t.Context(), store)
		if err != nil || (weakness != "") != test.weak || test.weak && !strings.Contains(weakness, test.policy) {
			t.Errorf("%s, %s: %q, %v", test.limit, test.policy, weakness, err)
		}
	}
	command(t, store, "CONFIG", "SET", "appendonly", "no")
	if weakness, err := Examine(t.Context(), store); err != nil || !strings.Contains(weakness, "volatile-ttl") || !strings.Contains(weakness, "since the last snapshot") {
		t.Errorf("without an append-only file: %q, %v", weakness, err)
	}
	command(t, store, "ACL", "SETUSER", "default", "-info")
	if weakness, err := Examine(t.Context(), store); err == nil || weakness != "" {
		t.Errorf("a Redis that refuses INFO: %q, %v", weakness, err)
	}
	for _, other := range []Store{NewMemory(), NewDirectory(t.TempDir())} {
		if weakness, err := Examine(t.Context(), other); err != nil || weakness != "" {
			t.Errorf("%s: %q, %v", other, weakness, err)
		}
	}
}
