package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// The intervals of the tries to get a lock that another process has.
const (
	firstLockPause = 2 * time.Millisecond
	maxLockPause   = 50 * time.Millisecond
)

type directoryHold struct{ lock *flock.Flock }

// lock acquires the lock of a name. Its file is removed when the lock is released; a
// waiting process then finds the file gone and creates the next one.
func (d *Directory) lock(ctx context.Context, name string) (*directoryHold, error) {
	path := filepath.Join(d.root, "locks", name)
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDONLY|openFlags))
	for pause := firstLockPause; ; pause = min(2*pause, maxLockPause) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		locked, err := lock.TryLock()
		if errors.Is(err, fs.ErrNotExist) {
			if _, err := makeDirectory(filepath.Dir(path)); err != nil {
				return nil, fmt.Errorf("lock the state: %w", err)
			}
			locked, err = lock.TryLock()
		}
		if err != nil {
			return nil, fmt.Errorf("lock the state: %w", explain(path, err))
		}
		if locked {
			current, err := isCurrent(lock, path)
			if current {
				return &directoryHold{lock}, nil
			}
			if err = errors.Join(err, lock.Unlock()); err != nil {
				return nil, fmt.Errorf("lock the state: %w", err)
			}
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
}

// isCurrent reports whether the locked file is still the one with its name. It fails if
// that is not a regular file.
func isCurrent(lock *flock.Flock, path string) (bool, error) {
	mine, err := lock.Stat()
	if err != nil {
		return false, err
	}
	if !mine.Mode().IsRegular() {
		return false, newNotRegularError(path, mine.Mode())
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, named), nil
}

// IsHeld implements Hold: the kernel never takes a lock away.
func (h *directoryHold) IsHeld() bool { return true }

// Confirm implements Hold.
func (h *directoryHold) Confirm(context.Context) error { return nil }

// Release implements Hold. A file that cannot be removed is empty and harmless.
func (h *directoryHold) Release() {
	if runtime.GOOS == "windows" { // an open file cannot be removed
		_ = h.lock.Unlock()
		_ = os.Remove(h.lock.Path())
		return
	}
	_ = os.Remove(h.lock.Path())
	_ = h.lock.Unlock()
}
