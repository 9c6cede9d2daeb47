package project

import "langsmith-insights-mcp/server/identity"

// Release is what was built in a folder: whose it is, and from what.
type Release struct {
	Home  identity.Home
	Stamp Stamp
}

// ReadRelease reads the home, and the stamp of the program for linux/amd64,
// which stands for those built with it.
func ReadRelease(dist string) (Release, error) {
	stamp, err := ReadStamp(Built(dist, "linux", "amd64"))
	return Release{identity.ReadHome(), stamp}, err
}
