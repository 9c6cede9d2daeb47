package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"langsmith-insights-mcp/deploy/release/project"
)

var released = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?$`)

// publishable refuses to publish what was built without a home or a tag, or is
// not in the changelog. It names every reason.
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
	if !home.Chosen() {
		reasons = append(reasons, fmt.Errorf("the project has no home yet: put its owner in server/identity/home.json in place of %s", home.Owner))
	}
	if !released.MatchString(stamp.Version) {
		reasons = append(reasons, fmt.Errorf("%s is no release: tag the commit as vMAJOR.MINOR.PATCH and build it again, with nothing changed", stamp.Version))
	} else if !strings.Contains(changes, "\n## "+stamp.Version) {
		reasons = append(reasons, fmt.Errorf("CHANGELOG.md has no heading %q", "## "+stamp.Version))
	}
	return errors.Join(reasons...)
}
