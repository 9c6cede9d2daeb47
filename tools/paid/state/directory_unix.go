//go:build !windows

package state

import (
	"os"
	"syscall"
)

// openFlags keep opening from blocking, for example on a FIFO, and from following a link.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOFOLLOW

// syncDirectory makes the entries of a directory durable.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	defer directory.Close()
	return directory.Sync()
}
