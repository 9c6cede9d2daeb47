package state

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

const beganDay = "2026-01-31" // of the entries that these tests write

// writeFile writes a file of a state, with its directories.
func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// An empty log has lost its entries: no log is written empty.
func TestEmptiedLogIsDamaged(t *testing.T) {
	for name, content := range map[string]string{"no bytes": "", "blank": "\n\n", "zeroes": strings.Repeat("\x00", 600)} {
		t.Run(name, func(t *testing.T) {
			d := NewDirectory(t.TempDir())
			keep(t, d, slotA, running)
			writeFile(t, d.log(beganDay, slotA), []byte(content))
			hold, found, err := d.Acquire(t.Context(), slotA)
			if err != nil || !found.Damaged || len(found.Entries) != 0 {
				t.Fatalf("found %+v, %v", found, err)
			}
			hold.Release()
			if all, err := d.Survey(t.Context(), slotA.Scope); err != nil || !all.Damaged {
				t.Errorf("surveyed %+v, %v", all, err)
			}
			keep(t, d, slotA, Entry{Token: id(2), Began: began, Stage: Intended})
			if found, err := d.Load(t.Context(), slotA); err != nil || len(found.Entries) != 1 || !found.Damaged {
				t.Errorf("after an intent: %+v, %v", found, err)
			}
			keep(t, d, slotA, Entry{Token: id(2), Began: began, Stage: Ended})
			if found, err := d.Load(t.Context(), slotA); err != nil || len(found.Entries) != 0 || !found.Damaged {
				t.Errorf("after an intent that started nothing: %+v, %v", found, err)
			}
		})
	}
}

// oddThings are things in place of a file, with their names in errors.
func oddThings(t *testing.T) map[string]func(path string) error {
	things := map[string]func(path string) error{
		"a directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"a symbolic link": func(path string) error {
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			return errors.Join(os.WriteFile(elsewhere, nil, 0o600), os.Symlink(elsewhere, path))
		},
	}
	if runtime.GOOS != "windows" {
		things["a FIFO"] = makeFIFO
		things["a device"] = makeDevice
		things["a socket"] = func(path string) error {
			short := filepath.Join(os.TempDir(), uuid.NewString()[:8]) // a socket's path may not be long
			listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: short})
			if err != nil {
				return err
			}
			listener.SetUnlinkOnClose(false)
			return errors.Join(listener.Close(), os.Rename(short, path))
		}
	}
	return things
}

// place puts a thing in place of a file.
func place(t *testing.T, path string, thing func(string) error) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := thing(path); err != nil {
		t.Skipf("SKIPPED: cannot be made here: %v", err)
	}
}

// A thing that is not a file does not block, and does not count as an empty log.
func TestForeignFilesAsLogs(t *testing.T) {
	for name, thing := range oddThings(t) {
		t.Run(name, func(t *testing.T) {
			d := NewDirectory(t.TempDir())
			keep(t, d, slotB, running)
			place(t, d.log(beganDay, slotA), thing)
			hold, recalled, err := d.Acquire(t.Context(), slotA)
			if hold != nil || !recalled.Damaged || err == nil || errors.Is(err, ErrUnwritable) || !strings.Contains(err.Error(), " is "+name+":") {
				t.Errorf("acquired: %v", err)
			}
			if err := d.Record(t.Context(), slotA, running); err == nil || !strings.Contains(err.Error(), " is "+name+":") {
				t.Errorf("recorded: %v", err)
			}
			found, err := d.Survey(t.Context(), slotA.Scope)
			if err == nil || len(found.Started) != 1 {
				t.Errorf("surveyed %+v, %v", found, err)
			}
			if locks, err := os.ReadDir(filepath.Join(d.root, "locks")); err != nil || len(locks) != 0 {
				t.Errorf("locks that nobody holds stay behind: %v, %v", locks, err)
			}
		})
	}
}

// If a lock cannot be acquired, the entries are read anyway.
func TestForeignFilesAsLocks(t *testing.T) {
	for name, thing := range oddThings(t) {
		t.Run(name, func(t *testing.T) {
			d := NewDirectory(t.TempDir())
			keep(t, d, slotA, running)
			place(t, filepath.Join(d.root, "locks", slotA.Key), thing)
			hold, found, err := d.Acquire(t.Context(), slotA)
			if hold != nil || !errors.Is(err, ErrUnwritable) || !strings.Contains(err.Error(), " is "+name+":") {
				t.Errorf("acquired: %v", err)
			}
			if len(found.Entries) != 1 || !same(found.Entries[0], running) {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// The same for a thing in place of a directory.
func TestForeignFilesAsDirectories(t *testing.T) {
	tally := Tally{Caller: "c", Day: beganDay}
	for name, thing := range oddThings(t) {
		if name == "a directory" {
			continue
		}
		for _, part := range []string{"", "locks", beganDay, beganDay + "/" + slotA.Scope, beganDay + "/" + tallyName(tally)} {
			t.Run(name+"/"+part, func(t *testing.T) {
				d := NewDirectory(t.TempDir())
				place(t, filepath.Join(d.root, part), thing)
				isTally := strings.Contains(part, "tally")
				hold, _, err := d.Acquire(t.Context(), slotA)
				if (err == nil) != isTally {
					t.Errorf("acquired: %v", err)
				}
				if err == nil {
					hold.Release()
				}
				if err := d.Record(t.Context(), slotA, running); (err == nil) != isTally {
					t.Errorf("recorded: %v", err)
				}
				if _, err := d.Survey(t.Context(), slotA.Scope); (err == nil) != (isTally || part == "locks") {
					t.Errorf("surveyed: %v", err)
				}
				if _, err := d.Count(t.Context(), tally, id(1), 1); err == nil && !strings.Contains(part, slotA.Scope) {
					t.Error("counted")
				}
			})
		}
	}
}

// Calls that LangSmith refuses never make a log larger than it need be.
func TestRefusedCallsLeaveLogSmall(t *testing.T) {
	d := NewDirectory(t.TempDir())
	keep(t, d, slotA, running)
	for n := range 300 {
		refused := Entry{Token: id(n), Began: began, Stage: Intended, Known: make([]uuid.UUID, 100), Complete: true}
		keep(t, d, slotA, refused)
		refused.Stage = Ended
		keep(t, d, slotA, refused)
	}
	if info, err := os.Stat(d.log(beganDay, slotA)); err != nil || info.Size() > 1000 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if entries := entriesOf(t, d, slotA); len(entries) != 1 || !same(entries[0], running) {
		t.Errorf("found %+v", entries)
	}
	keep(t, d, slotB, Entry{Token: id(1), Began: began, Stage: Intended})
	keep(t, d, slotB, Entry{Token: id(1), Began: began, Stage: Ended})
	if _, err := os.Stat(d.log(beganDay, slotB)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a log that says nothing stays: %v", err)
	}
}

// Whatever is not over is kept, however often the log is compacted, and by however
// many at once.
func TestCompaction(t *testing.T) {
	const writers, intents = 4, 12
	path := t.TempDir()
	var group sync.WaitGroup
	for writer := range writers {
		d := NewDirectory(path)
		group.Go(func() {
			for n := range intents {
				entry := Entry{Token: id(writer*intents + n), Began: began, Stage: Intended, Known: make([]uuid.UUID, 100)}
				if err := d.Intend(t.Context(), slotA, entry, nil); err != nil {
					t.Error(err)
				}
				if entry.Stage, entry.Job = Started, id(-n); n%2 == 0 {
					if err := d.Record(t.Context(), slotA, entry); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	d := NewDirectory(path)
	stages := map[Stage]int{}
	for _, entry := range entriesOf(t, d, slotA) {
		stages[entry.Stage]++
	}
	if stages[Intended] != writers*intents/2 || stages[Started] != writers*intents/2 {
		t.Errorf("found %v", stages)
	}
	info, err := os.Stat(d.log(beganDay, slotA))
	if err != nil || info.Size() > writers*intents/2*(4200+200)+8400 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if files, err := os.ReadDir(filepath.Dir(d.log(beganDay, slotA))); err != nil || len(files) != 1 {
		t.Errorf("beside the log: %v, %v", files, err)
	}
}

// Damage survives compaction: the next one to read the log has to know of it.
func TestCompactionKeepsDamage(t *testing.T) {
	d := NewDirectory(t.TempDir())
	lines := appendLine([]byte("torn"), running.Encode())
	writeFile(t, d.log(beganDay, slotA), append(lines, bytes.Repeat([]byte("\n"), compactAt)...))
	keep(t, d, slotA, Entry{Token: id(2), Began: began, Stage: Intended})
	found, err := d.Load(t.Context(), slotA)
	if err != nil || !found.Damaged || len(found.Entries) != 2 {
		t.Errorf("found %+v, %v", found, err)
	}
	if info, err := os.Stat(d.log(beganDay, slotA)); err != nil || info.Size() > 1000 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
}

func TestTooLargeLog(t *testing.T) {
	d := NewDirectory(t.TempDir())
	keep(t, d, slotA, running)
	if err := os.Truncate(d.log(beganDay, slotA), maxLogSize+1); err != nil {
		t.Fatal(err)
	}
	if hold, _, err := d.Acquire(t.Context(), slotA); hold != nil || err == nil || errors.Is(err, ErrUnwritable) {
		t.Errorf("acquired: %v", err)
	}
	if _, err := d.Survey(t.Context(), slotA.Scope); err == nil {
		t.Error("surveyed")
	}
	if err := d.Record(t.Context(), slotA, running); err == nil {
		t.Error("written to a log that nobody reads")
	}
}

// What versions wrote that did not compact is read, also where it is a megabyte
// and more of calls that were refused, and what they left empty.
func TestLogsOfEarlierVersions(t *testing.T) {
	d := NewDirectory(t.TempDir())
	known := strings.Repeat(`"0f8fad5b-d9cb-469f-a165-70867728950e",`, 99) + `"0f8fad5b-d9cb-469f-a165-70867728950e"`
	log := "\n" + `{"v":1,"token":"9b2b4a52-4d3c-4d0c-a1e3-0a8bdb1b7a11","began":"2026-01-31T23:59:59.123456Z","theirs":"2026-01-31T23:00:00Z","stage":"started","job":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","told":true}` + "\n"
	for n := range 300 {
		token := id(n)
		log += fmt.Sprintf("\n"+`{"v":1,"token":"%s","began":"2026-01-31T23:59:59.123456Z","known":[%s],"complete":true,"stage":"intended"}`+"\n", token, known)
		log += fmt.Sprintf("\n"+`{"v":1,"token":"%s","began":"2026-01-31T23:59:59.123456Z","stage":"over"}`+"\n", token)
	}
	writeFile(t, d.log(beganDay, slotA), []byte(log))
	writeFile(t, filepath.Join(d.root, "locks", slotA.Key), nil)
	hold, entries := mustAcquire(t, d, slotA)
	if len(log) < 1<<20 || len(entries) != 301 || entries[0].Job != uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8") {
		t.Fatalf("%d entries in %d bytes", len(entries), len(log))
	}
	if err := d.Intend(t.Context(), slotA, Entry{Token: id(-1), Began: began, Stage: Intended}, hold); err != nil {
		t.Fatal(err)
	}
	hold.Release()
	if entries := entriesOf(t, d, slotA); len(entries) != 2 || entries[0].Stage != Started {
		t.Errorf("after it was compacted: %+v", entries)
	}
}

// An entry that an earlier version stored under the day of this machine's clock is merged
// with its later lines under the day of LangSmith's.
func TestEntryOfTwoDays(t *testing.T) {
	d := NewDirectory(t.TempDir())
	intent := Entry{Token: id(1), Began: began.Add(time.Hour), ServerTime: began, Stage: Intended}
	writeFile(t, d.log("2026-02-01", slotA), appendLine(nil, intent.Encode()))
	intent.Stage, intent.Job = Started, id(2)
	writeFile(t, d.log(beganDay, slotA), appendLine(nil, intent.Encode()))
	if entries := entriesOf(t, d, slotA); len(entries) != 1 || entries[0].Stage != Started {
		t.Errorf("found %+v", entries)
	}
}

// An entry stays in its log when LangSmith's time becomes known, which is another day's: a
// later line of the same stage would not count if it were in an earlier day's log.
func TestServerTimeOfAnotherDay(t *testing.T) {
	d := NewDirectory(t.TempDir())
	intent := Entry{Token: id(1), Began: began.Add(48 * time.Hour), Stage: Intended}
	keep(t, d, slotA, intent)
	intent.ServerTime = began
	keep(t, d, slotA, intent)
	if entries := entriesOf(t, d, slotA); len(entries) != 1 || !entries[0].ServerTime.Equal(began) {
		t.Errorf("found %+v", entries)
	}
}
