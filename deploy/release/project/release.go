package project

import "langsmith-insights-mcp/server/identity"

// Release is a built release: the project's home, and the version and commit.
type Release struct {
	Home  identity.Home
	Stamp Stamp
}

// ReadRelease reads the home, and the stamp of the program for linux/amd64, which all
// programs of the release share.
func ReadRelease(dist string) (Release, error) {
	stamp, err := ReadStamp(Built(dist, "linux", "amd64"))
	return Release{identity.ReadHome(), stamp}, err
}
