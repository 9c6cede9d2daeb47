package project

import (
	"debug/buildinfo"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// Stamp is the version and the commit that the Go toolchain recorded in a program.
type Stamp struct {
	Version string // without "v": 1.2.3, or 0.0.0-20060102150405-COMMIT without a tag
	Commit  string
	Time    time.Time // of the commit
}

// ReadStamp reads the stamp of a built program for any system.
func ReadStamp(path string) (Stamp, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return Stamp{}, err
	}
	stamp := Stamp{Version: strings.TrimPrefix(info.Main.Version, "v"), Commit: setting(info, "vcs.revision")}
	stamp.Time, err = time.Parse(time.RFC3339, setting(info, "vcs.time"))
	if err != nil || stamp.Commit == "" || stamp.Version == "" {
		return Stamp{}, fmt.Errorf("%s has no record of its commit: build the release in a git repository", path)
	}
	return stamp, nil
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
