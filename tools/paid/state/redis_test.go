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

// A replica that was paused for longer than its lease writes nothing.
func TestLostLease(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	hold, _ := mustAcquire(t, store, slotA)
	mine := hold.(*lease)
	mine.stop() // as if this process stood still
	if err := store.client.Del(t.Context(), leaseKey(slotA)).Err(); err != nil {
		t.Fatal(err)
	}
	other, _ := mustAcquire(t, openTest(t, "redis://"+store.client.Options().Addr), slotA)
	entry := Entry{Token: id(1), Began: began, Stage: Intended}
	if err := store.Intend(t.Context(), slotA, entry, hold); !errors.Is(err, ErrLost) {
		t.Errorf("got %v", err)
	}
	hold.Release()
	if !other.Held() || store.client.Exists(t.Context(), leaseKey(slotA)).Val() != 1 {
		t.Error("who lost a lease took it from its new holder")
	}
	if n := store.client.Exists(t.Context(), callKey(slotA)).Val(); n != 0 {
		t.Error("who lost a lease wrote an intent")
	}
	other.Release()
}

func TestLeaseIsRenewed(t *testing.T) {
	store := openTest(t, redistest.Start(t).URL())
	hold, _ := mustAcquire(t, store, slotA)
	defer hold.Release()
	if ttl := store.client.PTTL(t.Context(), leaseKey(slotA)).Val(); ttl <= 0 || ttl > leaseTime {
		t.Errorf("the lease runs for %s", ttl)
	}
	if err := store.client.PExpire(t.Context(), leaseKey(slotA), 2*renewEvery).Err(); err != nil {
		t.Fatal(err)
	}
	// Until the next renewal there is nothing to wait for but the clock.
	deadline := time.Now().Add(4 * renewEvery)
	for time.Now().Before(deadline) {
		if store.client.PTTL(t.Context(), leaseKey(slotA)).Val() > 2*renewEvery {
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
	if err := store.client.HSet(t.Context(), callKey(slotA), id(1).String(), `{"v":7}`).Err(); err != nil {
		t.Fatal(err)
	}
	hold, found, err := store.Acquire(t.Context(), slotA)
	if err != nil || !found.Damaged || len(found.Entries) != 0 {
		t.Errorf("found %+v, %v", found, err)
	}
	hold.Release()
	if err := store.client.Set(t.Context(), callKey(slotB), "text", 0).Err(); err != nil {
		t.Fatal(err)
	}
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
	keys := store.client.Keys(t.Context(), "*").Val()
	if len(keys) != 6 {
		t.Errorf("%d keys: %q", len(keys), keys)
	}
	for _, key := range keys {
		if ttl := store.client.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > 2*keptTime {
			t.Errorf("%s runs out after %s", key, ttl)
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
