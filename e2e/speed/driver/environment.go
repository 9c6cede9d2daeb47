package main

import (
	"bufio"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// describeEnvironment returns the versions, the machine and the extent of the measurement.
// The versions are those in the programs.
func (b *bench) describeEnvironment() (string, error) {
	goVersion, library, err := readLinkedVersion(b.paths.mcpGo, "github.com/mark3labs/mcp-go")
	if err != nil {
		return "", err
	}
	against := []string{goVersion, "mcp-go " + library}
	if slices.Contains(b.servers, "go-sdk") {
		_, library, err := readLinkedVersion(b.paths.goSDK, "github.com/modelcontextprotocol/go-sdk")
		if err != nil {
			return "", err
		}
		against = append(against, "official Go SDK "+library)
	}
	if slices.Contains(b.servers, "typescript") {
		packages := filepath.Join(filepath.Dir(b.paths.typescript), "../../node_modules")
		for _, name := range []string{"@modelcontextprotocol/sdk", "node"} {
			version, err := readPackageVersion(packages, name)
			if err != nil {
				return "", err
			}
			against = append(against, name+" "+version)
		}
	}
	machine, err := describeMachine()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s. %s.\n%d rounds of %s for each server at each number of callers, %d cold starts, %d readings of memory; %d projects.\n\n",
		machine, strings.Join(against, ", "), b.rounds, b.cellTime, b.starts, b.memoryRuns, b.projects), nil
}

// readLinkedVersion returns the Go version of a program and the version of a module in it.
func readLinkedVersion(program, module string) (goVersion, version string, err error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", "", err
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return info.GoVersion, dependency.Version, nil
		}
	}
	return "", "", fmt.Errorf("%s does not link %s", program, module)
}

// readPackageVersion returns the version of an installed npm package.
func readPackageVersion(folder, name string) (string, error) {
	description, err := os.ReadFile(filepath.Join(folder, name, "package.json"))
	if err != nil {
		return "", err
	}
	var parsed struct {
		Version string `json:"version"`
	}
	err = json.Unmarshal(description, &parsed)
	return parsed.Version, err
}

// describeMachine returns the processor, the number of its cores, and the kernel.
func describeMachine() (string, error) {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	defer file.Close()
	model := runtime.GOARCH
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	var kernel unix.Utsname
	if err := unix.Uname(&kernel); err != nil {
		return "", err
	}
	release, _, _ := strings.Cut(unix.ByteSliceToString(kernel.Release[:]), "-")
	return fmt.Sprintf("%d cores (%s), Linux %s", runtime.NumCPU(), model, release), nil
}
