package state

import (
	"errors"
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

// command asks Redis past the store.
func command(t *testing.T, store *Redis, name string, args ...any) any {
	t.Helper()
	answer, err := store.pool.do(t.Context(), name, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return answer
}

func number(t *testing.T, store *Redis, name string, args ...any) int64 {
	t.Helper()
	n, ok := command(t, store, name, args...).(int64)
	if !ok {
		t.Fatalf("%s gives no number", name)
	}
	return n
}

// A replica that was paused for longer than its lease writes nothing.
func TestLostLease(t *testing.T) {
	server := redistest.Start(t)
	store := openTest(t, server.URL())
	hold, _ := mustAcquire(t, store, slotA)
	mine := hold.(*lease)
	mine.stop() // as if this process stood still
	command(t, store, "DEL", leaseKey(slotA))
	other, _ := mustAcquire(t, openTest(t, server.URL()), slotA)
	entry := Entry{Token: id(1), Began: began, Stage: Intended}
	if err := store.Intend(t.Context(), slotA, entry, hold); !errors.Is(err, ErrLost) {
		t.Errorf("got %v", err)
	}
	hold.Release()
	if !other.Held() || number(t, store, "EXISTS", leaseKey(slotA)) != 1 {
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
	// Until the next renewal there is nothing to wait for but the clock.
	deadline := time.Now().Add(4 * renewEvery)
	for time.Now().Before(deadline) {
		if number(t, store, "PTTL", leaseKey(slotA)) > (2 * renewEvery).Milliseconds() {
			if !hold.Held() {
				t.Error("a renewed lease is not held")
			}
			return
		}
	}
	t.Error("the lease was not renewed")
}

func TestALeaseThatIsNotRenewedIsNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lease{until: time.Now().Add(leaseTime)}
		if !l.Held() {
			t.Error("a new lease is not held")
		}
		time.Sleep(leaseTime - leaseMargin)
		if l.Held() {
			t.Error("a lease that may run out at any moment is relied on")
		}
	})
}

func TestRedisComesAndGoes(t *testing.T) {
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

func TestEverythingInRedisRunsOut(t *testing.T) {
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
		if ttl := number(t, store, "PTTL", key); ttl <= 0 || ttl > (2*keptTime).Milliseconds() {
			t.Errorf("%s runs out after %d ms", key, ttl)
		}
	}
	hold.Release()
	// What is older than its lifetime leaves the sets with the next write.
	late := now.Add(2 * keptTime)
	for _, entry := range []Entry{{Token: id(4), Began: late, Stage: Intended}, {Token: id(5), Began: late, Stage: Started, Job: id(6)}} {
		if entry.Stage == Intended {
			err := store.Intend(t.Context(), slotA, entry, nil)
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := store.Record(t.Context(), slotA, entry); err != nil {
			t.Fatal(err)
		}
	}
	found, err := store.Survey(t.Context(), slotA.Scope)
	if err != nil || len(found.Open) != 1 || len(found.Started) != 1 {
		t.Errorf("found %+v, %v", found, err)
	}
}
