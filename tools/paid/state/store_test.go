package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"langsmith-insights-mcp/tools/paid/state/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eachStore runs a test with every kind of store. again opens the same store once more,
// as another process does.
func eachStore(t *testing.T, test func(t *testing.T, store Store, again func() Store)) {
	t.Run("memory", func(t *testing.T) {
		store := NewMemory()
		test(t, store, func() Store { return store })
	})
	t.Run("directory", func(t *testing.T) {
		path := t.TempDir()
		test(t, NewDirectory(path), func() Store { return NewDirectory(path) })
	})
	t.Run("redis", func(t *testing.T) {
		url := redistest.Start(t).URL()
		open := func() Store {
			store, err := Open(url)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			return store
		}
		test(t, open(), open)
	})
}

var (
	slotA = Slot{Scope: "0000000000000000000000000000000a", Key: "000000000000000000000000000000a1"}
	slotB = Slot{Scope: "0000000000000000000000000000000a", Key: "000000000000000000000000000000b2"}
	began = time.Date(2026, 1, 31, 23, 59, 59, 123456000, time.UTC)
)

func id(n int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%d", n)) }

func mustAcquire(t *testing.T, store Store, slot Slot) (Hold, []Entry) {
	t.Helper()
	hold, found, err := store.Acquire(t.Context(), slot)
	if err != nil {
		t.Fatal(err)
	}
	if found.Damaged {
		t.Error("damaged")
	}
	if !hold.IsHeld() {
		t.Error("what was just acquired is not held")
	}
	return hold, found.Entries
}

func TestEntriesAreStored(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, again func() Store) {
		intent := Entry{Token: id(1), Began: began, ServerTime: began.Add(-time.Hour), Known: []uuid.UUID{id(10), id(11)}, Complete: true, Since: began, Waited: time.Minute, Stage: Intended}
		hold, entries := mustAcquire(t, store, slotA)
		if len(entries) != 0 {
			t.Fatalf("an empty store holds %v", entries)
		}
		if err := store.Intend(t.Context(), slotA, intent, hold); err != nil {
			t.Fatal(err)
		}
		hold.Release()

		other := again()
		hold, entries = mustAcquire(t, other, slotA)
		if len(entries) != 1 || !equalEntries(entries[0], intent) {
			t.Fatalf("found %+v, want %+v", entries, intent)
		}
		started := intent
		started.Stage, started.Job, started.Delivered = Started, id(20), true
		second := Entry{Token: id(2), Began: began, Stage: Probable, Job: id(21)}
		third := Entry{Token: id(3), Began: began, Stage: Intended}
		for _, entry := range []Entry{started, second, third} {
			if err := other.Record(t.Context(), slotA, entry); err != nil {
				t.Fatal(err)
			}
		}
		hold.Release()
		if err := store.Record(t.Context(), slotB, Entry{Token: id(4), Began: began, Stage: Started, Job: id(22)}); err != nil {
			t.Fatal(err)
		}

		hold, entries = mustAcquire(t, store, slotA)
		hold.Release()
		if len(entries) != 3 {
			t.Errorf("found %d entries, want 3: %+v", len(entries), entries)
		}
		started.Known, started.Complete = nil, false
		if !slices.ContainsFunc(entries, func(e Entry) bool { return equalEntries(e, started) }) {
			t.Errorf("%+v is not among %+v", started, entries)
		}

		found, err := store.Survey(t.Context(), slotA.Scope)
		if err != nil || found.Damaged {
			t.Fatal(found, err)
		}
		slices.SortFunc(found.Started, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		want := []uuid.UUID{id(20), id(22)}
		slices.SortFunc(want, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		if !slices.Equal(found.Started, want) {
			t.Errorf("started %v, want %v", found.Started, want)
		}
		if len(found.Open) != 1 || found.Open[0].Token != id(3) || found.Open[0].Began.Sub(began).Abs() > time.Millisecond {
			t.Errorf("open %+v", found.Open)
		}

		third.Stage = Ended
		started.Stage = Ended
		for _, entry := range []Entry{started, third} {
			if err := store.Record(t.Context(), slotA, entry); err != nil {
				t.Fatal(err)
			}
		}
		found, err = again().Survey(t.Context(), slotA.Scope)
		if err != nil || len(found.Started) != 2 || len(found.Open) != 0 {
			t.Errorf("at the end: %+v, %v", found, err)
		}
	})
}

func equalEntries(a, b Entry) bool {
	return a.Token == b.Token && a.Began.Equal(b.Began) && a.ServerTime.Equal(b.ServerTime) && slices.Equal(a.Known, b.Known) &&
		a.Complete == b.Complete && a.Stage == b.Stage && a.Job == b.Job && a.Delivered == b.Delivered &&
		a.Since.Equal(b.Since) && a.Waited == b.Waited && a.Missing.Equal(b.Missing) && a.MissingServerTime.Equal(b.MissingServerTime)
}

func TestSlotHasOneHolder(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, again func() Store) {
		stores := []Store{store, again(), again()}
		var inside, most atomic.Int32
		var group sync.WaitGroup
		for n := range 30 {
			group.Go(func() {
				hold, _, err := stores[n%len(stores)].Acquire(context.Background(), slotA)
				if err != nil {
					t.Error(err)
					return
				}
				if in := inside.Add(1); in > most.Load() {
					most.Store(in)
				}
				if err := stores[n%len(stores)].Intend(context.Background(), slotA, Entry{Token: id(n), Began: began, Stage: Intended}, hold); err != nil {
					t.Error(err)
				}
				inside.Add(-1)
				hold.Release()
			})
		}
		group.Wait()
		if most.Load() != 1 {
			t.Errorf("%d held the slot at once", most.Load())
		}
		hold, entries := mustAcquire(t, store, slotA)
		defer hold.Release()
		if len(entries) != 30 {
			t.Errorf("%d entries, want 30", len(entries))
		}
	})
}

func TestAcquireEndsWithContext(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, again func() Store) {
		hold, _ := mustAcquire(t, store, slotA)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if _, _, err := again().Acquire(ctx, slotA); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		other, _ := mustAcquire(t, again(), slotB)
		other.Release()
		hold.Release()
		hold, _ = mustAcquire(t, again(), slotA)
		hold.Release()
	})
}

func TestCounting(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, again func() Store) {
		today := Tally{Caller: "c1", Day: "2026-01-31"}
		stores := []Store{store, again()}
		var counted atomic.Int32
		var group sync.WaitGroup
		for n := range 20 {
			group.Go(func() {
				ok, err := stores[n%2].Count(context.Background(), today, id(n), 7)
				if err != nil {
					t.Error(err)
				}
				if ok {
					counted.Add(1)
				}
			})
		}
		group.Wait()
		if counted.Load() != 7 {
			t.Fatalf("%d were counted, want 7", counted.Load())
		}
		var known uuid.UUID
		for n := range 20 { // a second count of the same token has no effect
			if ok, err := store.Count(t.Context(), today, id(n), 7); err != nil {
				t.Fatal(err)
			} else if ok {
				known = id(n)
			}
		}
		if err := store.Uncount(t.Context(), today, known); err != nil {
			t.Fatal(err)
		}
		if err := store.Uncount(t.Context(), today, id(1000)); err != nil {
			t.Fatal(err)
		}
		for n, want := range []bool{true, false} {
			if ok, err := store.Count(t.Context(), today, id(100+n), 7); err != nil || ok != want {
				t.Errorf("after one was given back: %t, %v", ok, err)
			}
		}
		if n, err := again().ReadCount(t.Context(), today); err != nil || n != 7 {
			t.Errorf("%d are counted, want 7: %v", n, err)
		}
		for _, other := range []Tally{{Caller: "c2", Day: "2026-01-31"}, {Caller: "c1", Day: "2026-02-01"}} {
			if ok, err := store.Count(t.Context(), other, id(1), 1); err != nil || !ok {
				t.Errorf("%v: %t, %v", other, ok, err)
			}
			if n, err := store.ReadCount(t.Context(), other); err != nil || n != 1 {
				t.Errorf("%v: %d are counted, want 1: %v", other, n, err)
			}
		}
	})
}

func TestPing(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, _ func() Store) {
		if err := store.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestOpen(t *testing.T) {
	for spec, want := range map[string]string{"": "memory", "memory": "memory", "redis://h:1": "Redis", "rediss://h": "Redis"} {
		store, err := Open(spec)
		if err != nil || store.String() != want {
			t.Errorf("%q: %v, %v", spec, store, err)
			continue
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, spec := range []string{"redis://:secret@host:port", "redis://host/notanumber?secret=1"} {
		if store, err := Open(spec); err == nil {
			t.Errorf("%q opened %v", spec, store)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", spec, err)
		}
	}
}

// A mistyped address is not a directory, in which replicas would share nothing.
func TestOpenMistypedAddress(t *testing.T) {
	for _, spec := range []string{
		"redis:6379", "localhost:6379", "127.0.0.1:6379/0", "rediss:/x", "redis//127.0.0.1", "Redis://host", "redis", "Redis", "Memory",
		"user:secret@host:6379", "secret@host://x", "http://localhost", "postgres://x",
	} {
		store, err := Open(spec)
		if err == nil {
			t.Errorf("%q opened %v", spec, store)
			continue
		}
		for _, want := range []string{"memory", "./NAME", "redis://HOST:PORT/0"} {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: %v", spec, err)
			}
		}
	}
	for _, spec := range []string{
		"some/dir", "state", "memory.d", "redis/state", ".", "/redis:6379", "./redis:6379", "../redis:6379", "~/redis:6379", "~", "/a//b",
		`C:\state`, "c:/state", `.\redis:6379`,
	} {
		store, err := Open(spec)
		if err != nil || store.String() != "the state directory" {
			t.Errorf("%q: %v, %v", spec, store, err)
		}
	}
}

// The entry of the sender of a lost request has a lower rank than that of an equal call
// that has found its job.
func TestLesserEntryIsIgnored(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, again func() Store) {
		intent := Entry{Token: id(1), Began: began, Stage: Intended}
		if err := store.Intend(t.Context(), slotA, intent, nil); err != nil {
			t.Fatal(err)
		}
		found := Entry{Token: id(1), Began: began, Stage: Probable, Job: id(2), Delivered: true}
		if err := again().Record(t.Context(), slotA, found); err != nil {
			t.Fatal(err)
		}
		intent.Waited = time.Minute
		if err := store.Record(t.Context(), slotA, intent); err != nil {
			t.Fatal(err)
		}
		if entries := entriesOf(t, again(), slotA); len(entries) != 1 || !equalEntries(entries[0], found) {
			t.Errorf("found %+v", entries)
		}
	})
}

// A reopened intent replaces its probable job, which no process can write again. A job that
// is surely its own replaces both.
func TestReopenedEntry(t *testing.T) {
	eachStore(t, func(t *testing.T, store Store, again func() Store) {
		probable := Entry{Token: id(1), Began: began, Stage: Probable, Job: id(2), Delivered: true}
		reopened := probable.Reopen()
		found := reopened
		found.Stage, found.Job = Probable, id(3)
		started := Entry{Token: id(1), Began: began, Stage: Started, Job: id(4)}
		for _, step := range []struct{ written, want Entry }{
			{probable, probable}, {reopened, reopened}, {probable, reopened}, {found, found},
			{reopened, found}, {started, started}, {found, started},
		} {
			if err := store.Record(t.Context(), slotA, step.written); err != nil {
				t.Fatal(err)
			}
			if entries := entriesOf(t, again(), slotA); len(entries) != 1 || !equalEntries(entries[0], step.want) {
				t.Errorf("after %+v: %+v", step.written, entries)
			}
		}
	})
}
