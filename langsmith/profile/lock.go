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

// The lock that LangSmith's clients share: a directory beside the profile file,
// which only one process can make, with a file that says when and by whom.
const (
	lockSuffix   = ".oauth.lock.lock"
	lockMetadata = "created_at"

	// staleLock is the age from which a lock counts as left behind by a process
	// that was ended. A holder is done within renewTimeout.
	staleLock = 15 * time.Second
	lockPoll  = 10 * time.Millisecond
)

// lock takes the lock for renewing the tokens of a profile file, and returns
// what gives it back. It waits for another holder until ctx is done.
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
				if _, by := readLock(dir); by == owner {
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

// readLock tells when a lock was taken and by whom; zero where there is none.
func readLock(dir string) (created time.Time, owner string) {
	content, err := os.ReadFile(filepath.Join(dir, lockMetadata))
	if err == nil {
		at, by, _ := strings.Cut(string(content), "\n")
		owner, _, _ = strings.Cut(by, "\n")
		if created, err = time.Parse(time.RFC3339, strings.TrimSpace(at)); err == nil {
			return created, strings.TrimSpace(owner)
		}
	}
	// Its holder was ended before it could say, or has not yet.
	if info, err := os.Stat(dir); err == nil {
		created = info.ModTime()
	}
	return created, owner
}
