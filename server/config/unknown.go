package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// UnknownVariables returns what to say of each variable that has the program's prefix
// and is none of its settings. environ is in the form of os.Environ.
func UnknownVariables(environ []string) []string {
	var known, unknown []string
	for _, setting := range Settings() {
		known = append(known, strings.TrimPrefix(setting.Variable(), EnvPrefix))
	}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		short, ours := strings.CutPrefix(name, EnvPrefix)
		if !ours || slices.Contains(known, short) || isOfKubernetes(name, value) {
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

// ofKubernetes matches the names that Kubernetes gives every container for a Service
// that is called langsmith-insights-mcp, or something longer.
var ofKubernetes = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$`)

func isOfKubernetes(name, value string) bool {
	return ofKubernetes.MatchString(name) || strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}

// mostTypos is how many letters of a name may differ from the one that was meant.
const mostTypos = 3

// Nearest returns the known name that a misspelt one most likely means; "" for none.
func Nearest(name string, known []string) string {
	nearest, least := "", mostTypos+1
	for _, candidate := range known {
		if d := levenshtein.ComputeDistance(name, candidate); d < least && 2*d < len(candidate) {
			nearest, least = candidate, d
		}
	}
	return nearest
}
