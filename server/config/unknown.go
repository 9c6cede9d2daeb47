package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// UnknownVariables lists the variables that have the program's prefix and are not
// settings, each with the most similar setting. environ is in the form of os.Environ.
func UnknownVariables(environ []string) []string {
	var known, unknown []string
	for _, setting := range Settings() {
		known = append(known, strings.TrimPrefix(setting.Variable(), EnvPrefix))
	}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		short, ours := strings.CutPrefix(name, EnvPrefix)
		if !ours || slices.Contains(known, short) || isFromKubernetes(name, value) {
			continue
		}
		if nearest := Nearest(short, known); nearest != "" {
			name += " (did you mean " + EnvPrefix + nearest + "?)"
		}
		unknown = append(unknown, name)
	}
	slices.Sort(unknown)
	return unknown
}

// kubernetesVariables matches the variables that Kubernetes sets in every container for a
// Service whose name begins with langsmith-insights-mcp.
var kubernetesVariables = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$`)

func isFromKubernetes(name, value string) bool {
	return kubernetesVariables.MatchString(name) || strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}

// maxDistance is the largest number of changed letters between a name and a suggestion.
const maxDistance = 3

// Nearest returns the known name that is most similar to a misspelt one; "" for none.
func Nearest(name string, known []string) string {
	nearest, least := "", maxDistance+1
	for _, candidate := range known {
		if d := levenshtein.ComputeDistance(name, candidate); d < least && 2*d < len(candidate) {
			nearest, least = candidate, d
		}
	}
	return nearest
}
