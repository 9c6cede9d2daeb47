package profile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The lock of LangSmith's clients is a directory next to the profile file, which only
// one process can create. A file in it has the time of creation and the owner.
const (
	lockSuffix   = ".oauth.lock.lock"
	lockMetadata = "created_at"

	// staleLock is the age from which a lock counts as abandoned by a killed
	// process. A renewal takes at most renewTimeout.
	staleLock = 15 * time.Second
	lockPoll  = 10 * time.Millisecond
)

// lock acquires the lock of a profile file and returns the function that releases it. It
// waits for another owner until ctx is done.
func lock(ctx context.Context, path string) (release func(), err error) {
	dir := path + lockSuffix
	owner := uuid.NewString()
	for {
		err := os.Mkdir(dir, 0o700)
		switch {
		case err == nil:
			content := time.Now().UTC().Format(time.RFC3339Nano) + "\n" + owner + "\n"
			if err := writeAtomically(filepath.Join(dir, lockMetadata), []byte(content), 0o600); err != nil {
				_ = os.RemoveAll(dir)
				return nil, err
			}
			return func() {
				if _, current := readLock(dir); current == owner {
					_ = os.RemoveAll(dir)
				}
			}, nil
		case !errors.Is(err, fs.ErrExist):
			return nil, err
		}
		if created, _ := readLock(dir); !created.IsZero() && time.Since(created) > staleLock {
			if err := os.RemoveAll(dir); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another process holds %s", dir)
		case <-time.After(lockPoll):
		}
	}
}

// readLock returns when a lock was created and by whom; zero if there is no lock.
func readLock(dir string) (created time.Time, owner string) {
	content, err := os.ReadFile(filepath.Join(dir, lockMetadata))
	if err == nil {
		first, rest, _ := strings.Cut(string(content), "\n")
		owner, _, _ = strings.Cut(rest, "\n")
		if created, err = time.Parse(time.RFC3339, strings.TrimSpace(first)); err == nil {
			return created, strings.TrimSpace(owner)
		}
	}
	// The owner has not written the file yet, or was killed before.
	if info, err := os.Stat(dir); err == nil {
		created = info.ModTime()
	}
	return created, owner
}
