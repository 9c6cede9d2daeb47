//go:build unix

package chats_test

import (
	"syscall"
	"testing"
)

// makePipe makes a named pipe, whose opening waits for a writer that never comes.
func makePipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}
