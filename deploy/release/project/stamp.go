package project

import (
	"debug/buildinfo"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// Stamp is what the Go toolchain wrote into a program: which commit it was built
// from, and the version that follows from the commit and its tags.
type Stamp struct {
	Version string // without "v": 1.2.3, or 0.0.0-20060102150405-COMMIT where there is no tag
	Commit  string
	Time    time.Time // of the commit
}

// ReadStamp reads the stamp of a built program, for whatever system it is.
func ReadStamp(path string) (Stamp, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return Stamp{}, err
	}
	stamp := Stamp{Version: strings.TrimPrefix(info.Main.Version, "v"), Commit: setting(info, "vcs.revision")}
	stamp.Time, err = time.Parse(time.RFC3339, setting(info, "vcs.time"))
	if err != nil || stamp.Commit == "" || stamp.Version == "" {
		return Stamp{}, fmt.Errorf("%s does not say from which commit it was built: a release is built in a git repository", path)
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
