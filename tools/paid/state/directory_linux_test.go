package state

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// mountTemporary mounts a small file system. It skips the test if this process is not
// permitted to.
func mountTemporary(t *testing.T) (path string) {
	t.Helper()
	path = t.TempDir()
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=64k,nr_inodes=64"); err != nil {
		t.Skipf("SKIPPED: no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(path, 0); err != nil {
			t.Error(err)
		}
	})
	return path
}

// checkReadable checks that entries are found although nothing can be written.
func checkReadable(t *testing.T, d *Directory, cause error) {
	t.Helper()
	if err := d.Intend(t.Context(), slotB, Entry{Token: id(1), Began: began, Stage: Intended}, nil); !errors.Is(err, cause) {
		t.Errorf("an intent: %v", err)
	}
	if found, err := d.Survey(t.Context(), slotA.Scope); err != nil || len(found.Started) != 1 {
		t.Errorf("surveyed %+v, %v", found, err)
	}
	if _, err := d.Count(t.Context(), Tally{Caller: "c", Day: beganDay}, id(1), 1); !errors.Is(err, cause) {
		t.Errorf("counted: %v", err)
	}
	if err := d.Ping(t.Context()); !errors.Is(err, cause) {
		t.Errorf("pinged: %v", err)
	}
}

func TestReadOnlyFileSystem(t *testing.T) {
	path := mountTemporary(t)
	d := NewDirectory(path)
	mustRecord(t, d, slotA, running)
	writeFile(t, filepath.Join(d.root, "locks", slotB.Key), nil) // as a killed process leaves it
	if err := syscall.Mount("", path, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	hold, found, err := d.Acquire(t.Context(), slotA)
	if hold != nil || !errors.Is(err, ErrUnwritable) || !errors.Is(err, syscall.EROFS) || len(found.Entries) != 1 {
		t.Errorf("acquired %+v, %v", found, err)
	}
	checkReadable(t, d, syscall.EROFS)
	hold, entries := mustAcquire(t, d, slotB) // an existing lock need not be written
	if len(entries) != 0 {
		t.Errorf("found %+v", entries)
	}
	hold.Release()
}

func TestFullFileSystem(t *testing.T) {
	path := mountTemporary(t)
	d := NewDirectory(path)
	mustRecord(t, d, slotA, running)
	fill, err := os.Create(filepath.Join(path, "fill"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = fill.Write(make([]byte, 4096))
	}
	if err := fill.Close(); err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ { // and no room for another name
		if err := os.WriteFile(filepath.Join(path, time.Now().String()), nil, 0o600); err != nil {
			break
		}
	}
	if _, found, err := d.Acquire(t.Context(), slotA); !errors.Is(err, ErrUnwritable) || len(found.Entries) != 1 {
		t.Errorf("acquired %+v, %v", found, err)
	}
	checkReadable(t, d, syscall.ENOSPC)
	if found, err := d.Load(t.Context(), slotA); err != nil || found.Damaged || len(found.Entries) != 1 {
		t.Errorf("in the end: %+v, %v", found, err)
	}
}

// The state of another user, or one whose directory is not writable.
func TestStateWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("SKIPPED: root may write anywhere")
	}
	d := NewDirectory(t.TempDir())
	mustRecord(t, d, slotA, running)
	var locked []string
	err := filepath.WalkDir(d.root, func(path string, entry os.DirEntry, err error) error {
		if entry.IsDir() {
			locked = append(locked, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range locked {
		if err := os.Chmod(path, 0o500); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.Chmod(path, 0o700) }() // to be removed
	}
	if _, found, err := d.Acquire(t.Context(), slotA); !errors.Is(err, ErrUnwritable) || len(found.Entries) != 1 {
		t.Errorf("acquired %+v, %v", found, err)
	}
	checkReadable(t, d, os.ErrPermission)
}
