package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"langsmith-insights-mcp/deploy/release/project"
)

var releaseVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?$`)

// publishable returns an error with every reason against publishing the release: the project
// has no home, the commit no tag, or the changelog no heading for the version.
func publishable(dist string) error {
	release, err := project.ReadRelease(dist)
	if err != nil {
		return err
	}
	changes, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	return refusal(release, string(changes))
}

func refusal(release project.Release, changes string) error {
	home, stamp := release.Home, release.Stamp
	var reasons []error
	if !home.IsChosen() {
		reasons = append(reasons, fmt.Errorf("the project has no home yet: replace %s in server/identity/home.json with its owner", home.Owner))
	}
	if !releaseVersion.MatchString(stamp.Version) {
		reasons = append(reasons, fmt.Errorf("%s is not a release version: tag the commit as vMAJOR.MINOR.PATCH and build it again, with nothing changed", stamp.Version))
	} else if !strings.Contains(changes, "\n## "+stamp.Version) {
		reasons = append(reasons, fmt.Errorf("CHANGELOG.md has no heading %q", "## "+stamp.Version))
	}
	return errors.Join(reasons...)
}
