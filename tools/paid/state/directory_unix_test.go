//go:build !windows

package state

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/uuid"
)

func makeFIFO(path string) error { return syscall.Mkfifo(path, 0o600) }

// makeDevice creates a device that accepts every write and returns nothing.
func makeDevice(path string) error { return syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|3) }

// limitFiles limits the size of files until the test ends.
func limitFiles(t *testing.T, size uint64) (lift func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	lift = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return lift
}

// limitedChild marks the process with limited files. It is a separate one, because the
// limit applies to every file of a process, including the log of go test.
const limitedChild = "STATE_TEST_LIMITED"

// runInLimitedChild runs the rest of a test in a process with limited files, and reports
// whether this is that process.
func runInLimitedChild(t *testing.T) bool {
	t.Helper()
	if os.Getenv(limitedChild) != "" {
		return true
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), limitedChild+"=1")
	if output, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
	return false
}

// An empty file fits onto a full disk, and does not show that an entry would.
func TestPingWritesAnEntrysSize(t *testing.T) {
	if !runInLimitedChild(t) {
		return
	}
	d := NewDirectory(t.TempDir())
	lift := limitFiles(t, 1000)
	defer lift()
	if err := d.Ping(t.Context()); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("got %v", err)
	}
	if files, err := os.ReadDir(d.root); err != nil || len(files) != 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// A line that does not fit leaves no part of itself.
func TestLineThatDoesNotFit(t *testing.T) {
	if !runInLimitedChild(t) {
		return
	}
	d := NewDirectory(t.TempDir())
	mustRecord(t, d, slotA, running)
	lift := limitFiles(t, 1000)
	defer lift()
	long := Entry{Token: id(1), Began: began, Stage: Intended, Known: make([]uuid.UUID, 100)}
	for _, slot := range []Slot{slotA, slotB} {
		if err := d.Intend(t.Context(), slot, long, nil); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("got %v", err)
		}
	}
	if entries := entriesOf(t, d, slotA); len(entries) != 1 || !equalEntries(entries[0], running) {
		t.Errorf("found %+v", entries)
	}
	if files, err := os.ReadDir(filepath.Join(d.root, beganDay, slotA.Scope)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}
