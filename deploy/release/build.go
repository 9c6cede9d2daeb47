package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"langsmith-insights-mcp/deploy/release/project"
)

// target is a system and architecture that the program is released for.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "/" + t.arch }

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// build builds the programs, joins those for macOS, and packs the archives.
func build(ctx context.Context, dist, only string) error {
	if only != "" && !slices.ContainsFunc(targets, func(t target) bool { return only == t.String() }) {
		return fmt.Errorf("-only: no program is released for %s; want one of %v", only, targets)
	}
	for _, t := range targets {
		if only != "" && only != t.String() {
			continue
		}
		if err := compile(ctx, t, project.Built(dist, t.os, t.arch)); err != nil {
			return fmt.Errorf("building for %s: %w", t, err)
		}
	}
	if only != "" {
		return nil
	}
	err := joinMachO(project.Built(dist, "darwin", project.AnyArch), project.Built(dist, "darwin", "amd64"), project.Built(dist, "darwin", "arm64"))
	if err != nil {
		return fmt.Errorf("joining the programs for macOS: %w", err)
	}
	for _, t := range targets {
		if err := archive(dist, t); err != nil {
			return fmt.Errorf("packing for %s: %w", t, err)
		}
	}
	return nil
}

// compile builds a program that does not depend on the building machine: without C, paths
// and symbols, for the baseline of each architecture, and without the user's flags. The
// toolchain takes the version from git.
func compile(ctx context.Context, t target, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", path, ".")
	command.Env = append(os.Environ(),
		"GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0",
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFLAGS=-mod=readonly", "GOWORK=off")
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	return command.Run()
}
