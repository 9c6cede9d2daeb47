package main

import (
	"strings"
	"testing"
)

// A mistyped -only builds nothing and says so.
func TestBuildOfAnUnknownProgram(t *testing.T) {
	if err := build(t.Context(), t.TempDir(), "linux/amd46"); err == nil || !strings.Contains(err.Error(), "want one of [linux/amd64 ") {
		t.Error(err)
	}
}
